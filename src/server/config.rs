//! The settings: `Leptos.toml`, environment and command line become one checked [`Config`].
//!
//! Precedence: flag > environment > file > default. Nothing below this module reads the environment. Every setting is
//! declared once, in `sections` or `leptos_section`; struct field, default, table row and documentation come from there.
//!
//! Not here: what a setting does. Who may use it: everything in `server`, and `boot`.

mod command_line;
mod draft;
mod environment;
mod error;
mod file;
mod leptos_section;
mod log_filter;
mod nearest;
mod relations;
mod sections;
mod setting;
mod show;
mod value;
mod web_origin;

pub use command_line::{CliCommand, CommandLine};
pub use error::{ConfigError, Contradiction, SettingSource};
pub use log_filter::LogFilterFault;
pub use sections::{LimitsConfig, RoomsConfig, ServerConfig, StoreConfig};
pub use setting::{Setting, Unit, Zero};
pub use show::settings_table;
pub use value::LogFormat;
pub use web_origin::{Scheme, WebOrigin};

use std::ffi::OsString;

use leptos::config::LeptosOptions;

use draft::ConfigDraft;
use environment::{CONFIG_FILE, Environment};
use file::ConfigFile;

/// The file that is read when no other is named, if it exists.
pub const DEFAULT_FILE: &str = "Leptos.toml";

/// Everything that can be set. Zero stands for "off" wherever the setting says so; see [`limit`].
#[derive(Clone, Debug)]
pub struct Config {
    /// `[leptos]`
    pub leptos: LeptosOptions,
    /// `[server]`
    pub server: ServerConfig,
    /// `[store]`
    pub store: StoreConfig,
    /// `[rooms]`
    pub rooms: RoomsConfig,
    /// `[limits]`
    pub limits: LimitsConfig,
}

impl Config {
    /// Reads all sources and checks what they say together.
    ///
    /// `variables` are those of the environment; the caller passes `std::env::vars_os()`.
    ///
    /// # Errors
    /// [`ConfigError`] with the place, the key and the mend. Nothing is half applied.
    pub fn load(
        command_line: &CommandLine,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let environment = Environment::read(variables)?;
        let named = command_line.config.clone().or_else(|| environment.get(CONFIG_FILE).map(Into::into));
        let file = match named {
            Some(path) => Some(ConfigFile::read(&path)?),
            None => ConfigFile::read_if_there(DEFAULT_FILE.as_ref())?,
        };
        let mut draft = ConfigDraft::default();
        if let Some(file) = file {
            file.apply(&mut draft)?;
        }
        draft.apply_environment(&environment)?;
        draft.apply_flags(command_line)?;
        draft.finish()
    }

    /// The defaults without any limit by rate, for tests and benchmarks in which one client does what a crowd does.
    #[must_use]
    pub fn without_rates() -> Self {
        let mut config = Self::default();
        for setting in Setting::rates() {
            (setting.read)(&mut config, &value::Raw::Integer(0), setting.unit).expect("a rate may be 0");
        }
        config
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            leptos: leptos_section::default_options(),
            server: ServerConfig::default(),
            store: StoreConfig::default(),
            rooms: RoomsConfig::default(),
            limits: LimitsConfig::default(),
        }
    }
}

/// The limit that a setting holds, or `None` when it is turned off with 0.
///
/// Works on counts and on durations: `if let Some(most) = limit(config.limits.connections) { … }`.
#[must_use]
pub fn limit<T: Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}

#[cfg(test)]
mod tests;
