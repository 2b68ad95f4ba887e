//! How the value of a setting is read from TOML, environment or command line, and written back as TOML.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use leptos::config::{Env, ReloadWSProtocol};
use toml::de::DeValue;

use super::setting::Unit;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A value before anybody asked what it should be.
pub(super) enum Raw {
    /// From the file.
    Integer(i64),
    /// From the file.
    Boolean(bool),
    /// From the file.
    Text(String),
    /// From the file: an array of strings.
    List(Vec<String>),
    /// From environment or command line, where everything is text; lists are separated by commas.
    Untyped(String),
    /// From the file: a kind of value that no setting has.
    Other,
}

/// What would have been right, to complete "expected …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expected(pub &'static str);

/// A type that a setting can have.
pub(super) trait SettingValue: Sized {
    fn read(raw: &Raw, unit: Unit) -> Result<Self, Expected>;
    /// As TOML; `None` when unset.
    fn show(&self, unit: Unit) -> Option<String>;
}

impl Raw {
    pub(super) fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).map_or(Self::Other, Self::Integer)
            }
            DeValue::Boolean(boolean) => Self::Boolean(*boolean),
            DeValue::String(text) => Self::Text(text.clone().into_owned()),
            DeValue::Array(items) => items
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .map_or(Self::Other, Self::List),
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Self::Other,
        }
    }

    fn number(&self) -> Option<u64> {
        match self {
            Self::Integer(integer) => u64::try_from(*integer).ok(),
            Self::Untyped(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Untyped(text) => Some(text),
            _ => None,
        }
    }

    fn list(&self) -> Option<Vec<String>> {
        match self {
            Self::List(items) => Some(items.clone()),
            Self::Untyped(text) => {
                Some(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
            }
            _ => None,
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

macro_rules! number_values {
    ($($type:ty),+) => {$(
        impl SettingValue for $type {
            fn read(raw: &Raw, _: Unit) -> Result<Self, Expected> {
                raw.number()
                    .and_then(|number| Self::try_from(number).ok())
                    .ok_or(Expected("a whole number from 0 to 4294967295 (in a file without quotes)"))
            }
            fn show(&self, _: Unit) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}

number_values!(u32, usize);

impl SettingValue for Duration {
    fn read(raw: &Raw, unit: Unit) -> Result<Self, Expected> {
        let number = u32::read(raw, unit)?;
        Ok(match unit {
            Unit::Hours => Self::from_secs(u64::from(number) * 3_600),
            _ => Self::from_millis(u64::from(number)),
        })
    }

    fn show(&self, unit: Unit) -> Option<String> {
        Some(match unit {
            Unit::Hours => (self.as_secs() / 3_600).to_string(),
            _ => self.as_millis().to_string(),
        })
    }
}

impl SettingValue for bool {
    fn read(raw: &Raw, _: Unit) -> Result<Self, Expected> {
        match raw {
            Raw::Boolean(boolean) => Ok(*boolean),
            Raw::Untyped(text) => text.parse().map_err(|_| Expected("true or false")),
            _ => Err(Expected("true or false, without quotes")),
        }
    }

    fn show(&self, _: Unit) -> Option<String> {
        Some(self.to_string())
    }
}

/// Implements a value that is text in the file: how to parse it, what was expected, how to write it.
macro_rules! text_values {
    ($($type:ty: $parse:expr, $expected:literal, $write:expr;)+) => {$(
        impl SettingValue for $type {
            fn read(raw: &Raw, _: Unit) -> Result<Self, Expected> {
                let parse: fn(&str) -> Option<Self> = $parse;
                raw.text().and_then(parse).ok_or(Expected($expected))
            }
            fn show(&self, _: Unit) -> Option<String> {
                let write: fn(&Self) -> String = $write;
                Some(quoted(&write(self)))
            }
        }
    )+};
}

text_values! {
    String: |text| Some(text.to_owned()), "text in quotes", Self::clone;
    Arc<str>: |text| Some(text.into()), "text in quotes", |text| text.to_string();
    PathBuf: |text| (!text.is_empty()).then(|| text.into()), "a path",
        |path| path.display().to_string();
    SocketAddr: |text| text.parse().ok(), "an IP address and a port, such as \"127.0.0.1:8080\" or \"[::]:80\"",
        Self::to_string;
    LogFormat: |text| match text {
        "text" => Some(Self::Text),
        "json" => Some(Self::Json),
        _ => None,
    }, "\"text\" or \"json\"", |format| match format {
        Self::Text => "text".to_owned(),
        Self::Json => "json".to_owned(),
    };
    Env: |text| Self::try_from(text.to_owned()).ok(), "\"DEV\" or \"PROD\"", |env| format!("{env:?}");
    ReloadWSProtocol: |text| Self::try_from(text.to_owned()).ok(), "\"WS\" or \"WSS\"",
        |protocol| format!("{protocol:?}");
}

impl<T: SettingValue> SettingValue for Option<T> {
    /// Empty text from the environment unsets, so that a file's value can be taken back.
    fn read(raw: &Raw, unit: Unit) -> Result<Self, Expected> {
        match raw {
            Raw::Untyped(text) if text.is_empty() => Ok(None),
            _ => T::read(raw, unit).map(Some),
        }
    }

    fn show(&self, unit: Unit) -> Option<String> {
        self.as_ref().and_then(|value| value.show(unit))
    }
}

impl SettingValue for Vec<String> {
    fn read(raw: &Raw, _: Unit) -> Result<Self, Expected> {
        raw.list().ok_or(Expected("a list of texts, such as [\"one\", \"two\"]"))
    }

    fn show(&self, _: Unit) -> Option<String> {
        let items: Vec<_> = self.iter().map(|item| quoted(item)).collect();
        Some(format!("[{}]", items.join(", ")))
    }
}

impl SettingValue for Vec<IpNet> {
    /// An address without a prefix length is a network of one.
    fn read(raw: &Raw, _: Unit) -> Result<Self, Expected> {
        let network = |text: String| {
            text.parse::<IpNet>().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()))
        };
        raw.list()
            .and_then(|items| items.into_iter().map(network).collect())
            .ok_or(Expected("a list of IP addresses or networks, such as [\"127.0.0.1\", \"10.0.0.0/8\"]"))
    }

    fn show(&self, unit: Unit) -> Option<String> {
        self.iter().map(IpNet::to_string).collect::<Vec<_>>().show(unit)
    }
}
