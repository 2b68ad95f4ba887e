//! The variables of the environment that concern Teahouse. Each of them must be known, since a misspelt one would be
//! ignored in silence.
//!
//! Not here: what their values mean (`draft`). Who may use it: `config` only.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::error::ConfigError;
use super::nearest::nearest;
use super::setting::Setting;

/// The variable that names the file of the settings.
pub(super) const CONFIG_FILE: &str = "TEAHOUSE_CONFIG";

/// What `cargo leptos watch` sets for the program that it starts.
pub(super) const WATCH: &str = "LEPTOS_WATCH";

const PREFIXES: [&str; 2] = ["TEAHOUSE_", "LEPTOS_"];

/// Variables of cargo-leptos that concern the build only (`src/config` of cargo-leptos 0.3). Whoever builds may have them
/// in the shell from which the program is started.
const OF_CARGO_LEPTOS: [&str; 25] = [
    "LEPTOS_ASSETS_DIR",
    "LEPTOS_BIN_CARGO_COMMAND",
    "LEPTOS_BIN_DIR",
    "LEPTOS_BIN_EXE_NAME",
    "LEPTOS_BIN_TARGET",
    "LEPTOS_BIN_TARGET_DIR",
    "LEPTOS_BIN_TARGET_TRIPLE",
    "LEPTOS_BROWSERQUERY",
    "LEPTOS_END2END_CMD",
    "LEPTOS_END2END_DIR",
    "LEPTOS_GRACEFUL_SHUTDOWN",
    "LEPTOS_GRACEFUL_SHUTDOWN_TIMEOUT_SECS",
    "LEPTOS_GRACEFUL_SHUTDOWN_UNIX_SIGNAL",
    "LEPTOS_JS_MINIFY",
    "LEPTOS_LIB_DIR",
    "LEPTOS_SASS_VERSION",
    "LEPTOS_STYLE_BUNDLE",
    "LEPTOS_STYLE_FILE",
    "LEPTOS_TAILWIND_VERSION",
    "LEPTOS_WASM_BINDGEN_VERSION",
    "LEPTOS_WASM_OPT_FEATURES",
    "LEPTOS_WASM_OPT_VERSION",
    "LEPTOS_WATCH",
    "LEPTOS_WATCH_ADDITIONAL_FILES",
    "LEPTOS_TAILWIND_CONFIG_FILE",
];

/// What the tests, `make crash` and `make bench` read. They start the program from a shell that may have them.
const OF_OUR_TOOLS: [&str; 7] = [
    "TEAHOUSE_BIN",
    "TEAHOUSE_CASES",
    "TEAHOUSE_CRASH_ROUNDS",
    "TEAHOUSE_CRASH_SEED",
    "TEAHOUSE_FAULT",
    "TEAHOUSE_MUTANT",
    "TEAHOUSE_SEED",
];

/// What people write who know the settings of other servers, and what is meant by it.
const SYNONYMS: [(&str, &str); 13] = [
    ("TEAHOUSE_ADDRESS", "TEAHOUSE_SERVER_ADDR"),
    ("TEAHOUSE_BIND", "TEAHOUSE_SERVER_ADDR"),
    ("TEAHOUSE_HOST", "TEAHOUSE_SERVER_ADDR"),
    ("TEAHOUSE_LISTEN", "TEAHOUSE_SERVER_ADDR"),
    ("TEAHOUSE_PORT", "TEAHOUSE_SERVER_ADDR"),
    ("TEAHOUSE_DATABASE", "TEAHOUSE_STORE_DATA"),
    ("TEAHOUSE_DATA_DIR", "TEAHOUSE_STORE_DATA"),
    ("TEAHOUSE_LOG", "TEAHOUSE_SERVER_LOG_FILTER"),
    ("TEAHOUSE_LOG_LEVEL", "TEAHOUSE_SERVER_LOG_FILTER"),
    ("TEAHOUSE_ORIGIN", "TEAHOUSE_SERVER_PUBLIC_ORIGIN"),
    ("TEAHOUSE_PUBLIC_URL", "TEAHOUSE_SERVER_PUBLIC_ORIGIN"),
    ("TEAHOUSE_URL", "TEAHOUSE_SERVER_PUBLIC_ORIGIN"),
    ("TEAHOUSE_ENV", "LEPTOS_ENV"),
];

/// The variables that concern Teahouse, by name.
pub(super) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Keeps what begins with `TEAHOUSE_` or `LEPTOS_`, in any case of letters.
    ///
    /// # Errors
    /// [`ConfigError`] for the first name that is not known, and for a value that is not UTF-8.
    pub(super) fn read(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let ours: BTreeMap<_, _> = variables
            .into_iter()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
            .filter(|(name, _)| prefix(name).is_some())
            .collect();
        let known: Vec<_> = Setting::all().map(Setting::environment_name).collect();
        let mut read = BTreeMap::new();
        for (name, value) in ours {
            let Ok(value) = value.into_string() else { return Err(ConfigError::VariableNotText { name }) };
            let is_known = known.contains(&name)
                || name == CONFIG_FILE
                || OF_CARGO_LEPTOS.contains(&&*name)
                || OF_OUR_TOOLS.contains(&&*name)
                || is_service_link(&name, &value);
            if !is_known {
                return Err(ConfigError::UnknownVariable { nearest: meant(&name), name });
            }
            read.insert(name, value);
        }
        Ok(Self(read))
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn prefix(name: &str) -> Option<&'static str> {
    let starts_with = |prefix: &&str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    PREFIXES.into_iter().find(starts_with)
}

/// Kubernetes, and Docker's old links, tell every container about a service that is called `teahouse`: by
/// `TEAHOUSE_SERVICE_HOST`, `TEAHOUSE_PORT=tcp://10.0.0.1:80`, `TEAHOUSE_PORT_80_TCP_ADDR` and more of that kind.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let of_a_port = name.split_once("_PORT_").is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || of_a_port
        || name.ends_with("_PORT") && is_address
}

/// The variable that may have been meant: a synonym, a name without its section, or a slip of the pen.
fn meant(name: &str) -> Option<String> {
    let upper = name.to_uppercase();
    if let Some((_, meant)) = SYNONYMS.iter().find(|(other, _)| *other == upper) {
        return Some((*meant).to_owned());
    }
    let own = prefix(name)?;
    let candidates: Vec<(String, String)> = Setting::all()
        .map(|setting| (setting.key().to_lowercase(), setting.environment_name()))
        .filter(|(_, variable)| variable.starts_with(own))
        .flat_map(|(key, variable)| [(key, variable.clone()), (variable[own.len()..].to_lowercase(), variable)])
        .collect();
    let nearest = nearest(&upper[own.len()..], candidates.iter().map(|(short, _)| short.as_str()))?;
    candidates.into_iter().find(|(short, _)| *short == nearest).map(|(_, variable)| variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<(), String> {
        Environment::read([(name.into(), value.into())]).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn a_variable_that_is_no_setting_is_refused_with_the_name_that_was_meant() {
        for (name, meant) in [
            ("TEAHOUSE_ADDR", "TEAHOUSE_SERVER_ADDR"),
            ("TEAHOUSE_DATA", "TEAHOUSE_STORE_DATA"),
            ("TEAHOUSE_PORT", "TEAHOUSE_SERVER_ADDR"),
            ("TEAHOUSE_TLS_CERT", "TEAHOUSE_SERVER_TLS_CERT"),
            ("TEAHOUSE_SEVER_ADDR", "TEAHOUSE_SERVER_ADDR"),
            ("TEAHOUSE_LIMITS_SEND_PER_MINUTE", "TEAHOUSE_LIMITS_SENDS_PER_MINUTE"),
            ("TEAHOUSE_LIMIT_HEARTBEAT_MS", "TEAHOUSE_LIMITS_HEARTBEAT_MS"),
            ("teahouse_server_addr", "TEAHOUSE_SERVER_ADDR"),
            ("LEPTOS_SITE_ROT", "LEPTOS_SITE_ROOT"),
            ("LEPTOS_HASH_FILE", "LEPTOS_HASH_FILE_NAME"),
        ] {
            let text = read(name, "x").expect_err(name);
            assert!(text.contains(name) && text.contains(&format!("Did you mean \"{meant}\"?")), "{text}");
        }
        let text = read("TEAHOUSE_COLOUR_OF_THE_POT", "x").expect_err("unknown");
        assert!(!text.contains("Did you mean") && text.contains("teahouse settings"), "{text}");
    }

    #[test]
    fn variables_of_the_build_the_tests_and_the_container_do_not_stop_a_start() {
        for (name, value) in [
            ("LEPTOS_LIB_DIR", "."),
            ("LEPTOS_JS_MINIFY", "true"),
            ("LEPTOS_WATCH", "true"),
            ("TEAHOUSE_BIN", "target/release/teahouse"),
            ("TEAHOUSE_SERVICE_HOST", "10.0.0.1"),
            ("TEAHOUSE_SERVICE_PORT_HTTP", "80"),
            ("TEAHOUSE_PORT", "tcp://10.0.0.1:80"),
            ("TEAHOUSE_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("HOME", "/root"),
            ("OTHER_TEAHOUSE_ADDR", "x"),
        ] {
            assert_eq!(read(name, value), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_value_that_is_not_text_is_refused_and_not_ignored() {
        use std::os::unix::ffi::OsStringExt as _;

        let variable = ("TEAHOUSE_STORE_DATA".into(), OsString::from_vec(vec![b'd', 0xff]));
        let text = Environment::read([variable]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(text.contains("TEAHOUSE_STORE_DATA") && text.contains("UTF-8"), "{text}");
    }
}
