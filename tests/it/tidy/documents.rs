//! Rules for the documents and the settings: what they say is what the program does.

use std::path::Path;
use std::process::Command;

use teahouse::server::config::Setting;

use super::{expect_none, read, root};

/// Every document, from the root of the repository.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/README.md",
    "docs/operating.md",
    "src/protocol/PROTOCOL.md",
];

/// The two tables that name the site must agree, or the server looks for assets where cargo-leptos did not put them.
#[test]
fn the_two_leptos_tables_agree() {
    let cargo: toml::Table = toml::from_str(&read("Cargo.toml")).expect("Cargo.toml is TOML");
    let runtime: toml::Table = toml::from_str(&read("Leptos.toml")).expect("Leptos.toml is TOML");
    let build = &cargo["workspace"]["metadata"]["leptos"][0];
    let runtime = runtime["leptos"].as_table().expect("[leptos] is a table");
    let mut violations = Vec::new();
    for key in ["output-name", "site-root", "site-pkg-dir"] {
        if !runtime.contains_key(key) || build.get(key).is_none() {
            violations.push(format!("{key} is not in both tables"));
        }
    }
    // The built files get their hashes after cargo-leptos, whose own do not hold where a page has parts.
    assert_eq!(build["hash-files"].as_bool(), Some(false), "scripts/pack names the files");
    for (key, value) in runtime.iter().filter(|(key, _)| *key != "hash-files") {
        if let Some(other) = build.get(key).filter(|other| *other != value) {
            violations.push(format!("{key} is {value} in Leptos.toml and {other} in Cargo.toml"));
        }
    }
    expect_none("Leptos.toml and Cargo.toml differ", &violations);
}

/// Everybody finds every setting in the README, as the program itself lists them.
#[test]
fn the_readme_lists_every_setting() {
    let output = Command::new(env!("CARGO_BIN_EXE_teahouse")).arg("settings").output().expect("teahouse starts");
    assert!(output.status.success(), "`teahouse settings` failed: {}", String::from_utf8_lossy(&output.stderr));
    let settings = String::from_utf8(output.stdout).expect("the table is UTF-8");
    let readme = read("README.md");
    let listed = readme.split("<!-- settings -->").nth(1).and_then(|rest| rest.split("<!-- /settings -->").next());
    let listed = listed.expect("README.md has a table between <!-- settings --> and <!-- /settings -->");
    assert_eq!(listed.trim(), settings.trim(), "put the output of `teahouse settings` between the marks in README.md");
}

/// The maps name files that exist.
#[test]
fn the_documents_name_files_that_exist() {
    let mut violations = Vec::new();
    for document in DOCUMENTS {
        for name in read(document).split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "benches/", "style/", "end2end/", "examples/", "scripts/"]
                .iter()
                .any(|top| name.starts_with(top));
            let is_in_the_repository = is_path && !name.contains("node_modules");
            if is_in_the_repository && !name.contains(['*', '<', '…', ' ', '{']) && !root().join(name).exists() {
                violations.push(format!("{document} names {name}"));
            }
        }
    }
    expect_none("paths that lead nowhere", &violations);
}

/// Whoever follows a link of a document arrives, on the platform that shows it and in a clone.
#[test]
fn every_link_of_a_document_leads_somewhere() {
    let mut violations = Vec::new();
    let mut links = 0;
    for document in DOCUMENTS {
        let folder = Path::new(document).parent().expect("a file is in a folder");
        let targets = read(document);
        let targets = targets.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.starts_with("https://")) {
            links += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { document.into() } else { folder.join(file) };
            let is_there = root().join(&path).exists();
            let arrives =
                is_there && (anchor.is_empty() || anchors(&path.to_string_lossy()).iter().any(|a| a == anchor));
            if !arrives {
                violations.push(format!("{document}: {target}"));
            }
        }
    }
    assert!(links > 20, "only {links} links were found: are they still written so?");
    expect_none("links that lead nowhere", &violations);
}

/// The anchors of a document, as platforms derive them from its headings.
fn anchors(document: &str) -> Vec<String> {
    let anchor = |title: &str| {
        let kept = title.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    read(document)
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect()
}

/// Whoever copies a client from the README gets the one that `tests/it/examples.rs` runs.
#[test]
fn the_readme_shows_the_clients_that_are_tested() {
    let readme = read("README.md");
    for (language, path) in [("js", "examples/talk.cjs"), ("python", "examples/talk.py")] {
        let shown = format!("\n```{language}\n{}```\n", read(path));
        assert!(readme.contains(&shown), "put the text of {path} into README.md, or the other way round");
    }
}

/// What passes here passes there: the same command, with the same compiler.
#[test]
fn the_workflow_runs_what_everybody_runs() {
    let workflow = read(".github/workflows/test.yml");
    let toolchain: toml::Table = toml::from_str(&read("rust-toolchain.toml")).expect("rust-toolchain.toml is TOML");
    let channel = toolchain["toolchain"]["channel"].as_str().expect("the toolchain has a channel");
    assert!(workflow.contains("- run: make test\n"), "the workflow calls `make test`");
    assert!(workflow.contains(&format!("container: rust:{channel}-")), "the workflow's image has Rust {channel}");
}

/// One browser after the other comes from the same address, and a limit that a test run meets late fails tests at random.
#[test]
fn the_servers_of_the_browser_tests_have_no_limits_by_rate() {
    let settings = read("end2end/settings.ts");
    let on =
        Setting::rates().map(Setting::environment_name).filter(|name| !settings.contains(&format!("{name}: \"0\",")));
    expect_none("rates that end2end/settings.ts does not turn off", &on.collect::<Vec<_>>());
}
