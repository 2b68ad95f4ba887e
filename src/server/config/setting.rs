//! One row of the table of settings, and the macros that declare a section once for struct, default, row and docs.

use super::Config;
use super::value::{Expected, Raw};

/// What one setting is called and means, and how to read and show it.
pub struct Setting {
    /// Section of the file: `leptos`, `server`, `store`, `rooms` or `limits`.
    pub section: &'static str,
    /// Name of the field in the section's struct. The key in the file adds the unit: see [`Setting::key`].
    pub field: &'static str,
    /// Unit of the value.
    pub unit: Unit,
    /// What 0 means.
    pub zero: Zero,
    doc: &'static str,
    pub(super) read: fn(&mut Config, &Raw, Unit) -> Result<(), Expected>,
    pub(super) show: fn(&Config, Unit) -> Option<String>,
}

/// Unit of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Not a quantity.
    None,
    /// A number of things.
    Count,
    /// Bytes.
    Bytes,
    /// 1,048,576 bytes; the field's own name ends in `_mb`.
    Mebibytes,
    /// Grapheme clusters: what people call characters.
    Graphemes,
    /// Times per minute.
    PerMinute,
    /// Times per hour.
    PerHour,
    /// Times per day.
    PerDay,
    /// Bytes per minute.
    BytesPerMinute,
    /// A duration; the key ends in `_ms`.
    Milliseconds,
    /// A duration; the key ends in `_hours`.
    Hours,
}

/// What 0 means for a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// The setting is not a number.
    NotANumber,
    /// 0 is an error.
    Refused,
    /// 0 is allowed and means this.
    Means(&'static str),
}

impl Setting {
    /// Every setting, in the order of the file.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        super::leptos_section::SETTINGS
            .iter()
            .chain(super::ServerConfig::SETTINGS)
            .chain(super::StoreConfig::SETTINGS)
            .chain(super::RoomsConfig::SETTINGS)
            .chain(super::LimitsConfig::SETTINGS)
    }

    /// The settings that limit how often something may happen. A test or a benchmark, where one client does what a crowd
    /// does, turns off all of them, those of later features too.
    pub fn rates() -> impl Iterator<Item = &'static Self> {
        Self::all().filter(|setting| {
            matches!(setting.unit, Unit::PerMinute | Unit::PerHour | Unit::PerDay | Unit::BytesPerMinute)
        })
    }

    /// Every section, in the order of the file.
    #[must_use]
    pub fn sections() -> Vec<&'static str> {
        let mut sections: Vec<_> = Self::all().map(|setting| setting.section).collect();
        sections.dedup();
        sections
    }

    /// The key in the file. Durations carry their unit; `[leptos]` is in kebab-case, as Leptos writes it.
    #[must_use]
    pub fn key(&self) -> String {
        if self.section == "leptos" {
            return self.field.replace('_', "-");
        }
        format!("{}{}", self.field, self.unit.key_suffix())
    }

    /// `section.key`, as errors and documentation name it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.key())
    }

    /// The environment variable. cargo-leptos sets those of `[leptos]` and calls one of them by another name.
    #[must_use]
    pub fn environment_name(&self) -> String {
        match (self.section, self.field) {
            ("leptos", "hash_file") => "LEPTOS_HASH_FILE_NAME".to_owned(),
            ("leptos", field) => format!("LEPTOS_{}", field.to_uppercase()),
            (section, _) => format!("TEAHOUSE_{}_{}", section.to_uppercase(), self.key().to_uppercase()),
        }
    }

    /// One line that says what it is.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        self.doc.trim()
    }

    /// The default as TOML; `None` when the setting is unset by default.
    #[must_use]
    pub fn default_toml(&self) -> Option<String> {
        (self.show)(&Config::default(), self.unit)
    }

    pub(super) const fn new(
        (section, field): (&'static str, &'static str),
        doc: &'static str,
        (unit, zero): (Unit, Zero),
        read: fn(&mut Config, &Raw, Unit) -> Result<(), Expected>,
        show: fn(&Config, Unit) -> Option<String>,
    ) -> Self {
        Self { section, field, unit, zero, doc, read, show }
    }
}

impl Unit {
    /// How the documentation writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Count => "count",
            Self::Bytes => "bytes",
            Self::Mebibytes => "MiB",
            Self::Graphemes => "grapheme clusters",
            Self::PerMinute => "per minute",
            Self::PerHour => "per hour",
            Self::PerDay => "per day",
            Self::BytesPerMinute => "bytes per minute",
            Self::Milliseconds => "milliseconds",
            Self::Hours => "hours",
        }
    }

    const fn key_suffix(self) -> &'static str {
        match self {
            Self::Milliseconds => "_ms",
            Self::Hours => "_hours",
            _ => "",
        }
    }
}

/// The rows of one section: `section { field, doc, unit, zero; … }`.
macro_rules! setting_rows {
    ($section:ident { $($field:ident, $doc:expr, $unit:ident, $zero:expr;)+ }) => {
        [$(
            $crate::server::config::setting::Setting::new(
                (stringify!($section), stringify!($field)),
                $doc,
                ($crate::server::config::setting::Unit::$unit, $zero),
                |config, raw, unit| {
                    config.$section.$field = $crate::server::config::value::SettingValue::read(raw, unit)?;
                    Ok(())
                },
                |config, unit| $crate::server::config::value::SettingValue::show(&config.$section.$field, unit),
            ),
        )+]
    };
}

/// Declares a section once: its struct, its defaults and its rows. `field: type = default, unit, zero;`
macro_rules! settings {
    (
        $(#[doc = $about:literal])+
        $section:ident: $name:ident {
            $( $(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr, $unit:ident, $zero:expr; )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        pub struct $name {
            $( $(#[doc = $doc])+ pub $field: $type, )+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )+ }
            }
        }

        impl $name {
            /// The rows of this section, in the order of the file.
            pub const SETTINGS: &'static [$crate::server::config::setting::Setting] =
                &$crate::server::config::setting::setting_rows!($section {
                    $( $field, concat!($($doc),+), $unit, $zero; )+
                });
        }
    };
}

pub(super) use {setting_rows, settings};
