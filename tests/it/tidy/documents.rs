//! Rules for the documents and the settings: what they say is what the program does.

use std::process::Command;

use super::{expect_none, read};

/// The two tables that name the site must agree, or the server looks for assets where cargo-leptos did not put them.
#[test]
fn the_two_leptos_tables_agree() {
    let cargo: toml::Table = toml::from_str(&read("Cargo.toml")).expect("Cargo.toml is TOML");
    let runtime: toml::Table = toml::from_str(&read("Leptos.toml")).expect("Leptos.toml is TOML");
    let build = &cargo["package"]["metadata"]["leptos"];
    let runtime = runtime["leptos"].as_table().expect("[leptos] is a table");
    let mut violations = Vec::new();
    for key in ["output-name", "site-root", "site-pkg-dir", "hash-files"] {
        if !runtime.contains_key(key) || build.get(key).is_none() {
            violations.push(format!("{key} is not in both tables"));
        }
    }
    for (key, value) in runtime {
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
    for document in ["README.md", "ARCHITECTURE.md"] {
        for name in read(document).split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "benches/", "style/", "end2end/", "scripts/"]
                .iter()
                .any(|top| name.starts_with(top));
            let is_in_the_repository = is_path && !name.contains("node_modules");
            if is_in_the_repository && !name.contains(['*', '<', '…', ' ', '{']) && !super::root().join(name).exists()
            {
                violations.push(format!("{document} names {name}"));
            }
        }
    }
    expect_none("paths that lead nowhere", &violations);
}
