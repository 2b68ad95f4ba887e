//! What can be wrong with the settings. Each text names the place, the key and the mend.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::LogFilterFault;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingSource {
    /// A line of the file, counted from 1.
    File {
        /// As it was named on the command line.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(&'static str),
    /// Nobody set it.
    Default,
}

/// Why there is no [`super::Config`].
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `--config` or `TEAHOUSE_CONFIG` names nothing.
    #[error("{path}: there is no such file. Name an existing file with --config, or leave it out to run on the defaults.", path = path.display())]
    FileMissing {
        /// As it was named.
        path: PathBuf,
    },
    /// The file is there but cannot be read.
    #[error("{path}: cannot be read: {source}. Make it readable for the user that runs teahouse.", path = path.display())]
    FileUnreadable {
        /// As it was named.
        path: PathBuf,
        /// The system's error message.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{place}: this is not TOML: {message}. Mend this line; strings need quotes, and every key stands once.")]
    Syntax {
        /// The line.
        place: SettingSource,
        /// The parser's message.
        message: String,
    },
    /// A section or a key that stands outside any section.
    #[error("{place}: unknown section or key \"{name}\".{} The sections are [leptos], [server], [store], [rooms] and [limits].", hint(nearest.as_deref()))]
    UnknownSection {
        /// The line.
        place: SettingSource,
        /// What stands there.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A known section's name with something else than a table.
    #[error("{place}: \"{section}\" is a section. Write [{section}] on a line of its own, and its keys below.")]
    NotASection {
        /// The line.
        place: SettingSource,
        /// The section.
        section: &'static str,
    },
    /// A key that its section does not have.
    #[error("{place}: unknown key \"{key}\" in [{section}].{} Correct or remove the line; `teahouse settings` lists every key.", hint(nearest.as_deref()))]
    UnknownKey {
        /// The line.
        place: SettingSource,
        /// The section.
        section: &'static str,
        /// What stands there.
        key: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A variable of the environment that begins like ours and is none of them.
    #[error("environment variable {name}: there is no such setting.{} Correct or unset it; `teahouse settings` lists every setting.", hint(nearest.as_deref()))]
    UnknownVariable {
        /// As it stands in the environment.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A value that cannot be text.
    #[error("environment variable {name}: its value is not UTF-8. Set it anew, or unset it.")]
    VariableNotText {
        /// As it stands in the environment.
        name: String,
    },
    /// A value of the wrong type or out of range.
    #[error("{place}: {key} = {found}: expected {expected}. {}", or_default(default.as_deref()))]
    Invalid {
        /// Where.
        place: SettingSource,
        /// `section.key`
        key: String,
        /// The value as written.
        found: String,
        /// What would have been right.
        expected: &'static str,
        /// The default as TOML.
        default: Option<String>,
    },
    /// A value that is right by itself, but not together with the others.
    #[error("{place}: {key}: {problem}")]
    Contradiction {
        /// Where.
        place: SettingSource,
        /// `section.key`
        key: String,
        /// What, and how to mend it.
        problem: Contradiction,
    },
}

/// What a [`ConfigError::Contradiction`] is about.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// A certificate without key.
    #[error("a certificate without its key. Set server.tls_key (or --tls-key) too, or neither of them.")]
    TlsKeyMissing,
    /// A key without certificate.
    #[error("a key without its certificate. Set server.tls_cert (or --tls-cert) too, or neither of them.")]
    TlsCertMissing,
    /// Idle connections would be closed between two heartbeats.
    #[error(
        "connections would be closed between two heartbeats, or without any. Make limits.idle_timeout_ms ({idle_ms}) greater than limits.heartbeat_ms ({heartbeat_ms}), which must not be 0 then, or set it to 0."
    )]
    IdleBeforeHeartbeat {
        /// `limits.idle_timeout_ms`
        idle_ms: u128,
        /// `limits.heartbeat_ms`
        heartbeat_ms: u128,
    },
    /// Not an origin.
    #[error(
        "\"{found}\" is not an origin. Write scheme://host or scheme://host:port without a path, such as https://chat.example.org."
    )]
    NotAnOrigin {
        /// As written.
        found: String,
    },
    /// Not a host name.
    #[error(
        "\"{found}\" is not a host name. Write a name in small letters without scheme, port and path, such as chat.example.org, or \"*\" for any."
    )]
    NotAHost {
        /// As written.
        found: String,
    },
    /// `*` where cookies count.
    #[error(
        "\"*\" is not allowed here, because any site could then act for the people who visit it. Name each origin."
    )]
    AnyOrigin,
    /// Not a tracing filter.
    #[error(
        "\"{}\", at character {} of the filter, is neither a level nor target=level.{} Write off, error, warn, info, debug or trace, or pairs such as teahouse=debug,hyper=warn.", .0.part, .0.position, hint(.0.nearest.as_deref())
    )]
    LogFilter(LogFilterFault),
    /// A lobby without a title.
    #[error("the lobby needs a title. Write some text, or remove the line to use \"Lobby\".")]
    EmptyTitle,
}

impl fmt::Display for SettingSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(formatter, "{}, line {line}", path.display()),
            Self::Environment(name) => write!(formatter, "environment variable {name}"),
            Self::Flag(name) => write!(formatter, "flag {name}"),
            Self::Default => formatter.write_str("default settings"),
        }
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" Did you mean \"{nearest}\"?"))
}

fn or_default(default: Option<&str>) -> String {
    default.map_or_else(
        || "Correct it, or remove it to leave it unset.".to_owned(),
        |default| format!("Correct it, or remove it to use the default, {default}."),
    )
}
