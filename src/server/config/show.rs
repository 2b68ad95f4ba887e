//! Writes settings for people: the Markdown table of all, and the values in effect as TOML.

use super::Config;
use super::setting::{Setting, Zero};

/// Every setting as a Markdown table: key, default, unit, what 0 means, what it is. The README holds this text.
#[must_use]
pub fn settings_table() -> String {
    let mut table = String::from("| setting | default | unit | 0 means | what it is |\n|---|---|---|---|---|\n");
    for setting in Setting::all() {
        let default = setting.default_toml().map_or_else(|| "unset".to_owned(), |toml| format!("`{toml}`"));
        table.push_str(&format!(
            "| `{}` | {default} | {} | {} | {} |\n",
            setting.path(),
            setting.unit.name(),
            zero(setting.zero),
            setting.doc(),
        ));
    }
    table
}

impl Config {
    /// The values in effect as TOML; what is unset is a comment. Holds no secret: keys are named by their files only.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let sections = Setting::sections().into_iter().map(|section| {
            let lines = Setting::all().filter(|setting| setting.section == section).map(|setting| {
                (setting.show)(self, setting.unit).map_or_else(
                    || format!("# {} is unset\n", setting.key()),
                    |value| format!("{} = {value}\n", setting.key()),
                )
            });
            format!("[{section}]\n{}", lines.collect::<String>())
        });
        sections.collect::<Vec<_>>().join("\n")
    }
}

const fn zero(zero: Zero) -> &'static str {
    match zero {
        Zero::NotANumber => "",
        Zero::Refused => "refused",
        Zero::Means(meaning) => meaning,
    }
}
