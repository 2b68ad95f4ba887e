//! One word, one meaning: public types of two modules do not share a name, and ARCHITECTURE explains the words of the field.

use std::collections::BTreeMap;

use super::{expect_none, files, read};

/// Each state machine has its own, and nobody names them without their module.
const ROLES: [&str; 2] = ["Input", "Output"];

/// The name of the type that a line of code declares for others to see.
fn declared(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = if rest.starts_with('(') { rest.split_once(')')?.1 } else { rest };
    let (kind, rest) = rest.trim_start().split_once(' ')?;
    let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
    // Without a name, a macro declares it.
    (end > 0 && ["struct", "enum", "trait", "type"].contains(&kind)).then(|| &rest[..end])
}

/// Whoever reads a type's name need not look up which of two is meant.
#[test]
fn each_public_type_has_a_name_of_its_own() {
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files("src", ".rs").into_iter().filter(|file| !file.path.contains("/tests")) {
        for name in file.code_lines().filter_map(|(_, line)| declared(line)) {
            homes.entry(name.to_owned()).or_default().push(file.path.clone());
        }
    }
    assert!(homes.len() > 200, "only {} types were found: are they still declared so?", homes.len());
    let shared = homes.into_iter().filter(|(name, homes)| homes.len() > 1 && !ROLES.contains(&name.as_str()));
    let violations: Vec<_> = shared.map(|(name, homes)| format!("{name} in {}", homes.join(" and "))).collect();
    expect_none("types that share a name", &violations);
}

/// The glossary says what each word means in this code, in the order of the alphabet, so that a word is found and said once.
#[test]
fn the_glossary_explains_each_word_once() {
    let architecture = read("ARCHITECTURE.md");
    let glossary = architecture.split("\n## Glossary\n").nth(1).and_then(|rest| rest.split("\n## ").next());
    let rows = glossary.expect("ARCHITECTURE.md has a glossary").lines().filter(|line| line.starts_with("| **"));
    let words: Vec<_> = rows.filter_map(|row| row.split("**").nth(1).map(str::to_lowercase)).collect();
    assert!(words.len() > 30, "only {} words are explained", words.len());
    let out_of_place = words.windows(2).filter(|pair| pair[0] >= pair[1]);
    expect_none("words out of order, or twice", &out_of_place.map(|pair| pair.join(" before ")).collect::<Vec<_>>());
}
