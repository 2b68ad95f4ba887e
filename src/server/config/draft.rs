//! A configuration in the making: the values so far, and where each came from.

use std::collections::HashMap;

use leptos::config::Env;

use super::environment::{Environment, WATCH};
use super::error::{ConfigError, SettingSource};
use super::setting::{Setting, Zero};
use super::value::Raw;
use super::{CommandLine, Config, relations};

#[derive(Default)]
pub(super) struct ConfigDraft {
    pub(super) config: Config,
    /// By `section.key`. What is missing is a default.
    places: HashMap<String, SettingSource>,
}

impl ConfigDraft {
    /// Sets one value. `found` is the value as somebody wrote it.
    pub(super) fn set(
        &mut self,
        setting: &Setting,
        raw: &Raw,
        found: &str,
        place: SettingSource,
    ) -> Result<(), ConfigError> {
        let invalid = |expected| ConfigError::Invalid {
            place: place.clone(),
            key: setting.path(),
            found: found.to_owned(),
            expected,
            default: setting.default_toml(),
        };
        (setting.read)(&mut self.config, raw, setting.unit).map_err(|expected| invalid(expected.0))?;
        if setting.zero == Zero::Refused && self.shown(setting).as_deref() == Some("0") {
            return Err(invalid("a number from 1"));
        }
        // cargo-leptos chooses the address of the page; our own key, set later at the same level, wins over it.
        if setting.path() == "leptos.site-addr" {
            self.config.server.addr = self.config.leptos.site_addr;
            self.places.insert("server.addr".to_owned(), place.clone());
        }
        self.places.insert(setting.path(), place);
        Ok(())
    }

    pub(super) fn apply_environment(&mut self, environment: &Environment) -> Result<(), ConfigError> {
        // `cargo leptos watch` says so in no setting of its own, and its live reload is for development only.
        if environment.get(WATCH).is_some() {
            self.config.leptos.env = Env::DEV;
        }
        for setting in Setting::all() {
            let name = setting.environment_name();
            if let Some(text) = environment.get(&name) {
                self.set_untyped(setting, text.to_owned(), SettingSource::Environment(name))?;
            }
        }
        Ok(())
    }

    pub(super) fn apply_flags(&mut self, command_line: &CommandLine) -> Result<(), ConfigError> {
        for (flag, path, text) in command_line.settings() {
            let setting = Setting::all().find(|setting| setting.path() == path).expect("a flag names a setting");
            if let Some(text) = text {
                self.set_untyped(setting, text.to_owned(), SettingSource::Flag(flag))?;
            }
        }
        Ok(())
    }

    /// Checks the values against each other.
    pub(super) fn finish(mut self) -> Result<Config, ConfigError> {
        relations::check(&self)?;
        self.config.leptos.site_addr = self.config.server.addr;
        Ok(self.config)
    }

    /// Where the value of `section.key` came from.
    pub(super) fn place(&self, path: &str) -> SettingSource {
        self.places.get(path).cloned().unwrap_or(SettingSource::Default)
    }

    fn set_untyped(&mut self, setting: &Setting, text: String, place: SettingSource) -> Result<(), ConfigError> {
        let found = format!("{text:?}");
        self.set(setting, &Raw::Untyped(text), &found, place)
    }

    fn shown(&self, setting: &Setting) -> Option<String> {
        (setting.show)(&self.config, setting.unit)
    }
}
