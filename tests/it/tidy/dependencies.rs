//! Rules for what others wrote: where it may come from, and under which licences. `deny.toml` is the list; these
//! rules need neither network nor tool, so that they run in every test.

use std::process::Command;

use serde_json::Value;

use super::{expect_none, read};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// A crate from elsewhere could be changed by whoever owns that place, unseen by the lock.
#[test]
fn every_dependency_comes_from_the_one_registry_and_is_locked_by_its_hash() {
    let lock: toml::Table = toml::from_str(&read("Cargo.lock")).expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("Cargo.lock lists packages");
    assert!(packages.len() > 100, "the rule looks at the right list");
    let mut violations = Vec::new();
    for package in packages {
        let name = package["name"].as_str().expect("a package has a name");
        let source = package.get("source").and_then(toml::Value::as_str);
        let is_patch = super::root().join("patches").join(name).is_dir();
        let is_ours = source.is_none() && (name == env!("CARGO_PKG_NAME") || name == "teahouse-page" || is_patch);
        if !is_ours && (source != Some(CRATES_IO) || package.get("checksum").is_none()) {
            violations.push(format!("{name} comes from {}", source.unwrap_or("a folder")));
        }
    }
    expect_none("dependencies from elsewhere", &violations);
}

/// Whoever passes Teahouse on under MIT or Apache-2.0 must be allowed to.
#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let deny: toml::Table = toml::from_str(&read("deny.toml")).expect("deny.toml is TOML");
    let allowed = deny["licenses"]["allow"].as_array().expect("deny.toml lists licences");
    let allowed: Vec<&str> = allowed.iter().filter_map(toml::Value::as_str).collect();
    let mut violations = Vec::new();
    for package in packages() {
        let licence = package["license"].as_str().unwrap_or("none");
        if !is_satisfied(licence, &allowed) {
            violations.push(format!("{}: {licence}", package["name"]));
        }
    }
    expect_none("licences that deny.toml does not allow", &violations);
}

fn packages() -> Vec<Value> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]);
    cargo.arg(super::root().join("Cargo.toml"));
    let output = cargo.output().expect("cargo starts");
    assert!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let mut metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    match metadata["packages"].take() {
        Value::Array(packages) if packages.len() > 100 => packages,
        other => panic!("cargo metadata listed no packages: {other}"),
    }
}

/// Whether an SPDX expression can be met by the allowed licences. `/` is an old way to write OR.
fn is_satisfied(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let is_met = any(&mut words, allowed);
    assert_eq!(words.next(), None, "{expression:?} is understood to its end");
    is_met
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words, allowed: &[&str]) -> bool {
    let mut is_met = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        is_met |= all(words, allowed);
    }
    is_met
}

fn all(words: &mut Words, allowed: &[&str]) -> bool {
    let mut is_met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        is_met &= one(words, allowed);
    }
    is_met
}

fn one(words: &mut Words, allowed: &[&str]) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let is_met = any(words, allowed);
        assert_eq!(words.next(), Some(")"), "brackets are closed");
        return is_met;
    }
    let licence = words.next().expect("an expression names a licence");
    // An exception only adds permissions to its licence.
    if words.next_if_eq(&"WITH").is_some() {
        words.next().expect("an exception has a name");
    }
    allowed.contains(&licence)
}

#[test]
fn an_expression_is_met_by_what_it_asks_for_and_no_less() {
    let allowed = ["MIT", "ISC"];
    for met in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(GPL-3.0 OR MIT) AND ISC", "ISC WITH exception"] {
        assert!(is_satisfied(met, &allowed), "{met}");
    }
    for unmet in ["GPL-3.0", "MIT AND GPL-3.0", "none", "(MIT OR ISC) AND GPL-3.0"] {
        assert!(!is_satisfied(unmet, &allowed), "{unmet}");
    }
}
