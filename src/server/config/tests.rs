//! Protects: precedence, the texts of the errors, and that the table, the structs and `Leptos.toml` say the same.

use std::time::Duration;

use super::{CommandLine, Config, Setting, limit};

/// Loads with a file of this text; gives the configuration or the error's text, in which the file is `Leptos.toml`.
fn load(text: &str, environment: &[(&str, &str)], flags: CommandLine) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Leptos.toml");
    std::fs::write(&path, text).expect("a file");
    let command_line = CommandLine { config: Some(path), ..flags };
    let variables = environment.iter().map(|(name, value)| (name.into(), value.into()));
    Config::load(&command_line, variables)
        .map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

fn file(text: &str) -> Result<Config, String> {
    load(text, &[], CommandLine::default())
}

#[track_caller]
fn assert_refused(result: Result<Config, String>, parts: &[&str]) {
    let text = result.expect_err("refused");
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}

#[test]
fn an_empty_file_gives_the_documented_defaults() {
    let config = file("").expect("defaults");
    assert_eq!(config.server.addr.to_string(), "127.0.0.1:8080");
    assert_eq!(config.limits.heartbeat, Duration::from_millis(25_000));
    assert_eq!(config.rooms.nickname_ttl, Duration::from_secs(30 * 24 * 3_600));
    assert_eq!(config.leptos.output_name.as_ref(), "teahouse");
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let text = "[server]\naddr = \"127.0.0.1:1\"\n[store]\ndata = \"file\"\n[limits]\nsends_per_minute = 7\n";
    let environment = [
        ("TEAHOUSE_SERVER_ADDR", "127.0.0.1:2"),
        ("TEAHOUSE_STORE_DATA", "environment"),
        ("TEAHOUSE_LIMITS_HEARTBEAT_MS", "1000"),
        ("TEAHOUSE_SERVER_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
    ];
    let flags = CommandLine { addr: Some("127.0.0.1:3".to_owned()), ..CommandLine::default() };
    let config = load(text, &environment, flags).expect("right");
    assert_eq!(config.server.addr.port(), 3);
    assert_eq!(config.store.data.to_str(), Some("environment"));
    assert_eq!(config.limits.sends_per_minute, 7);
    assert_eq!(config.limits.heartbeat, Duration::from_secs(1));
    assert_eq!(config.server.trusted_proxies.len(), 2);
}

#[test]
fn the_address_that_cargo_leptos_chooses_counts_unless_ours_is_set_at_the_same_level() {
    let leptos = ("LEPTOS_SITE_ADDR", "127.0.0.1:2");
    let text = "[server]\naddr = \"127.0.0.1:1\"\n";
    let config = load(text, &[leptos], CommandLine::default()).expect("right");
    assert_eq!(config.server.addr.port(), 2);

    let ours = ("TEAHOUSE_SERVER_ADDR", "127.0.0.1:3");
    let config = load(text, &[leptos, ours], CommandLine::default()).expect("right");
    assert_eq!(config.server.addr.port(), 3);
    assert_eq!(config.leptos.site_addr, config.server.addr, "Leptos knows the address that is served");

    let both = "[server]\naddr = \"127.0.0.1:1\"\n[leptos]\nsite-addr = \"127.0.0.1:9\"\n";
    assert_eq!(file(both).expect("right").server.addr.port(), 1);
}

#[test]
fn the_variables_that_cargo_leptos_sets_reach_leptos() {
    let environment = [
        ("LEPTOS_OUTPUT_NAME", "other"),
        ("LEPTOS_SITE_ROOT", "site"),
        ("LEPTOS_SITE_PKG_DIR", "files"),
        ("LEPTOS_RELOAD_PORT", "9000"),
        ("LEPTOS_ENV", "PROD"),
        ("LEPTOS_HASH_FILES", "false"),
        ("LEPTOS_HASH_FILE_NAME", "hashes.txt"),
    ];
    let leptos = load("", &environment, CommandLine::default()).expect("right").leptos;
    assert_eq!((&*leptos.output_name, &*leptos.site_root, &*leptos.site_pkg_dir), ("other", "site", "files"));
    assert_eq!((leptos.reload_port, leptos.hash_files, &*leptos.hash_file), (9_000, false, "hashes.txt"));
    assert_eq!(leptos.env, leptos::config::Env::PROD);
}

#[test]
fn an_unknown_key_names_its_line_and_the_nearest_known_key() {
    assert_refused(
        file("[limits]\nframe_bytes = 1000\nsend_per_minute = 3\n"),
        &["Leptos.toml, line 3", "\"send_per_minute\"", "[limits]", "Did you mean \"sends_per_minute\"?", "remove"],
    );
    assert_refused(file("[leptos]\nsite_root = \"x\"\n"), &["line 2", "Did you mean \"site-root\"?"]);
    assert_refused(file("[rooms]\ncolour = 1\n"), &["line 2", "\"colour\"", "teahouse settings"]);
}

#[test]
fn an_unknown_section_names_its_line_and_the_nearest_section() {
    assert_refused(file("\n[limit]\nx = 1\n"), &["line 2", "\"limit\"", "Did you mean \"limits\"?"]);
    assert_refused(file("addr = \"x\"\n"), &["line 1", "\"addr\"", "[server]"]);
    assert_refused(file("limits = 3\n"), &["line 1", "Write [limits] on a line of its own"]);
}

#[test]
fn a_value_of_the_wrong_kind_names_its_line_the_key_what_was_expected_and_the_default() {
    assert_refused(
        file("[limits]\n\nframe_bytes = \"many\"\n"),
        &["Leptos.toml, line 3", "limits.frame_bytes = \"many\"", "a whole number", "65536"],
    );
    assert_refused(file("[limits]\nheartbeat_ms = -1\n"), &["line 2", "limits.heartbeat_ms = -1", "25000"]);
    assert_refused(file("[limits]\nheartbeat_ms = 1.5\n"), &["line 2", "expected a whole number"]);
    assert_refused(file("[server]\naddr = \"localhost\"\n"), &["an IP address and a port", "127.0.0.1:8080"]);
    assert_refused(file("[server]\nlog_format = \"xml\"\n"), &["\"text\" or \"json\""]);
    assert_refused(file("[server]\ntrusted_proxies = [\"me\"]\n"), &["IP addresses or networks", "10.0.0.0/8"]);
    assert_refused(file("[store]\nreaders = 0\n"), &["store.readers = 0", "a number from 1", "2"]);
    assert_refused(file("[leptos]\nenv = \"TEST\"\n"), &["leptos.env", "\"DEV\" or \"PROD\""]);
}

#[test]
fn a_wrong_value_from_outside_the_file_names_the_variable_or_the_flag() {
    let environment = [("TEAHOUSE_LIMITS_SENDS_PER_MINUTE", "fast")];
    let result = load("", &environment, CommandLine::default());
    assert_refused(result, &["environment variable TEAHOUSE_LIMITS_SENDS_PER_MINUTE", "\"fast\"", "60"]);
    let flags = CommandLine { addr: Some("8080".to_owned()), ..CommandLine::default() };
    assert_refused(load("", &[], flags), &["flag --addr", "\"8080\"", "127.0.0.1:8080"]);
}

#[test]
fn flags_may_stand_before_or_after_the_command() {
    use clap::{CommandFactory as _, Parser as _};

    CommandLine::command().debug_assert();
    for words in [&["teahouse", "--addr", "[::]:1"][..], &["teahouse", "serve", "--addr", "[::]:1"]] {
        let command_line = CommandLine::try_parse_from(words).expect("understood");
        assert_eq!(command_line.command.clone().unwrap_or_default(), super::CliCommand::Serve);
        assert_eq!(load("", &[], command_line).expect("right").server.addr.port(), 1);
    }
    assert!(CommandLine::try_parse_from(["teahouse", "brew"]).is_err());
}

#[test]
fn a_file_that_is_not_toml_names_the_line() {
    assert_refused(file("[limits]\nframe_bytes = \n"), &["Leptos.toml, line 2", "not TOML"]);
    assert_refused(file("[store]\nreaders = 1\nreaders = 2\n"), &["Leptos.toml, line 3", "every key stands once"]);
}

#[test]
fn a_named_file_that_is_missing_is_an_error() {
    let command_line = CommandLine { config: Some("no/such.toml".into()), ..CommandLine::default() };
    let error = Config::load(&command_line, []).expect_err("refused").to_string();
    assert!(error.contains("no/such.toml") && error.contains("--config"), "{error}");
    let variable = ("TEAHOUSE_CONFIG".into(), "no/such.toml".into());
    assert!(Config::load(&CommandLine::default(), [variable]).is_err());
}

#[test]
fn values_that_cannot_work_together_are_refused_where_they_stand() {
    for (text, parts) in [
        ("[server]\ntls_cert = \"a.pem\"\n", ["line 2", "server.tls_cert", "--tls-key"]),
        ("[server]\ntls_key = \"a.pem\"\n", ["line 2", "server.tls_key", "--tls-cert"]),
        ("[limits]\nidle_timeout_ms = 25000\n", ["line 2", "limits.idle_timeout_ms", "heartbeat_ms (25000)"]),
        ("[limits]\nheartbeat_ms = 90000\n", ["line 2", "limits.heartbeat_ms", "idle_timeout_ms (60000)"]),
        ("[server]\npublic_origin = \"https://a/\"\n", ["line 2", "server.public_origin", "without a path"]),
        ("[server]\nallowed_origins = [\"a\"]\n", ["line 2", "server.allowed_origins", "\"a\" is not an origin"]),
        ("[server]\nallowed_origins = [\"*\"]\n", ["line 2", "server.allowed_origins", "Name each origin"]),
        ("[server]\nhosts = [\"a.example\", \"https://a\"]\n", ["line 2", "server.hosts", "not a host name"]),
        ("[server]\nhosts = [\"a.example:80\"]\n", ["line 2", "server.hosts", "without scheme, port"]),
        ("[server]\nplain_origins = [\"file\", \"b\"]\n", ["line 2", "server.plain_origins", "\"b\""]),
        ("[server]\nplain_origins = [\"*\", \"b\"]\n", ["line 2", "server.plain_origins", "\"b\""]),
        ("[server]\nlog_filter = \"a=b=c\"\n", ["line 2", "server.log_filter", "teahouse=debug"]),
        ("[server]\nlog_filter = \"warn,hyper=inof\"\n", ["line 2", "at character 6", "\"hyper=info\""]),
        ("[rooms]\nlobby_title = \" \"\n", ["line 2", "rooms.lobby_title", "Lobby"]),
    ] {
        assert_refused(file(text), &parts);
    }
}

#[test]
fn every_limit_can_be_turned_off_with_zero() {
    let lines: String = Setting::all()
        .filter(|setting| setting.section == "limits")
        .map(|setting| format!("{} = 0\n", setting.key()))
        .collect();
    let config = file(&format!("[limits]\n{lines}")).expect("all off");
    assert_eq!(limit(config.limits.frame_bytes), None);
    assert_eq!(limit(config.limits.idle_timeout), None);
    assert_eq!(limit(3_u32), Some(3));
}

#[test]
fn every_setting_has_a_key_of_its_own_a_documentation_and_a_meaning_of_zero() {
    let mut paths: Vec<_> = Setting::all().map(Setting::path).collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), Setting::all().count());
    for setting in Setting::all() {
        assert!(setting.doc().ends_with('.'), "{}: {:?}", setting.path(), setting.doc());
        let number = setting.default_toml().is_some_and(|toml| toml.parse::<u64>().is_ok());
        assert!(!number || setting.zero != super::Zero::NotANumber, "{} says nothing about 0", setting.path());
    }
}

#[test]
fn every_field_of_every_section_is_in_the_table_and_every_row_is_a_field() {
    let config = Config::default();
    for (section, shown) in [
        ("leptos", format!("{:#?}", config.leptos)),
        ("server", format!("{:#?}", config.server)),
        ("store", format!("{:#?}", config.store)),
        ("rooms", format!("{:#?}", config.rooms)),
        ("limits", format!("{:#?}", config.limits)),
    ] {
        let fields = shown.lines().filter_map(|line| line.strip_prefix("    "));
        let fields =
            fields.filter(|line| !line.starts_with([' ', '}', ']', ')'])).filter_map(|line| line.split_once(':'));
        let mut fields: Vec<_> = fields.map(|(field, _)| field).collect();
        // Compiled into the page, so that the running server cannot choose them.
        fields.retain(|field| !["server_fn_prefix", "disable_server_fn_hash", "server_fn_mod_path"].contains(field));
        let rows: Vec<_> =
            Setting::all().filter(|setting| setting.section == section).map(|setting| setting.field).collect();
        assert_eq!(fields, rows, "[{section}]");
    }
}

#[test]
fn the_values_in_effect_load_again_as_they_are() {
    let text = "[limits]\nframes_burst = 9\n[server]\npublic_origin = \"https://chat.example.org\"\n";
    let shown = file(text).expect("right").to_toml();
    assert!(shown.contains("frames_burst = 9\n") && shown.contains("# tls_key is unset\n"), "{shown}");
    assert_eq!(file(&shown).expect("right").to_toml(), shown);
}

/// `Leptos.toml` as it ships: `[leptos]` as in Cargo.toml, everything else as a commented default.
fn shipped_file() -> String {
    let mut text = String::from(
        "# Teahouse's settings. A line that is commented out shows the default. Flags and environment variables\n\
         # (TEAHOUSE_<SECTION>_<KEY>) win over this file. `teahouse check` prints the values in effect.\n",
    );
    for section in Setting::sections() {
        text.push_str(&format!("\n[{section}]\n"));
        for setting in Setting::all().filter(|setting| setting.section == section) {
            let zero = match setting.zero {
                super::Zero::Means(meaning) => format!(" 0: {meaning}."),
                _ => String::new(),
            };
            let comment = if section == "leptos" { "" } else { "# " };
            let line = match setting.default_toml() {
                Some(value) => format!("{comment}{} = {value}", setting.key()),
                None => format!("# {} = … (unset)", setting.key()),
            };
            text.push_str(&format!("# {}{zero}\n{line}\n", setting.doc()));
        }
    }
    text
}

#[test]
fn the_shipped_file_shows_every_setting_and_its_default() {
    let shipped = include_str!("../../../Leptos.toml");
    assert!(shipped == shipped_file(), "Leptos.toml should be:\n{}", shipped_file());
    assert_eq!(file(shipped).expect("right").to_toml(), Config::default().to_toml());
}
