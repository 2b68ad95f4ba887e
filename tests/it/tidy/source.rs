//! Rules for every source file: its size, its opening words, and what may not be in it.

use super::{File, expect_none, files};

const FILE_LINES_MAX: usize = 300;
const CFG_LINES_MAX: usize = 8;

/// Where a type may be turned into JSON or TOML. Everything else converts by hand at one of these doors, so that a
/// change inside cannot change the wire or a file by accident.
const SERDE_HOMES: &[&str] = &[
    "src/protocol/",
    "src/api.rs",
    "src/api/",
    // Settings, and the queries and forms of HTTP requests.
    "src/server/config",
    "src/server/edge/http/",
    "src/boot/",
    // What the browser keeps: lines on their way, and the chosen language.
    "src/model/conversation/outbox/kept.rs",
    "src/client/storage.rs",
    "src/ui/i18n.rs",
    // What the server hands to the browser with the HTML.
    "src/ui/state/handover.rs",
];

fn rust_files() -> Vec<File> {
    let mut all = files("src", ".rs");
    for folder in ["tests", "benches", "examples", "fuzz/fuzz_targets"] {
        all.extend(files(folder, ".rs"));
    }
    all
}

/// A file that fits in a head can be read in one sitting; one that does not wants to be two.
#[test]
fn no_file_is_longer_than_a_sitting() {
    let long = |file: &File| (file.text.lines().count() > FILE_LINES_MAX).then(|| file.path.clone());
    let violations: Vec<_> = rust_files().iter().filter_map(long).collect();
    expect_none(&format!("files longer than {FILE_LINES_MAX} lines"), &violations);
}

/// Whoever opens a file learns first what it is, what it is not, and who may use it. A `tests.rs` belongs to the module
/// beside it, which has said so.
#[test]
fn every_module_says_first_what_it_is() {
    let opens_well = |file: &File| {
        file.text.starts_with("//!") || file.text.starts_with("#![doc") || file.path.ends_with("/tests.rs")
    };
    let violations: Vec<_> = rust_files().into_iter().filter(|file| !opens_well(file)).map(|file| file.path).collect();
    expect_none("files that do not start with //!", &violations);
}

/// The two sides are told apart in `lib.rs`; a cfg elsewhere means that a file is in the wrong folder.
#[test]
fn the_two_sides_are_told_apart_in_one_place() {
    let mut violations = Vec::new();
    for file in files("src", ".rs").into_iter().filter(|file| file.path != "src/lib.rs") {
        for (number, line) in file.code_lines() {
            let is_cfg = ["#[cfg(", "#![cfg(", "cfg!(", "cfg_attr("].iter().any(|form| line.contains(form));
            if is_cfg && !line.contains("cfg(test)") {
                violations.push(format!("{}:{number}", file.path));
            }
        }
    }
    if violations.len() > CFG_LINES_MAX {
        expect_none(&format!("more than {CFG_LINES_MAX} cfg lines outside src/lib.rs"), &violations);
    }
}

/// A wire type has one home: `protocol`. Rows of the database and states of the model never travel as they are.
#[test]
fn only_the_doors_derive_serde() {
    let mut violations = Vec::new();
    for file in files("src", ".rs") {
        if SERDE_HOMES.iter().any(|home| file.path.starts_with(home)) {
            continue;
        }
        for list in file.text.split("derive(").skip(1) {
            let derived = list.split(')').next().unwrap_or_default();
            if derived.contains("Serialize") || derived.contains("Deserialize") {
                violations.push(format!("{}: derive({})", file.path, derived.replace('\n', " ")));
            }
        }
    }
    expect_none("serde derived outside its homes", &violations);
}

/// What is not finished is not committed; what is planned is an issue, not a comment.
#[test]
fn nothing_is_left_for_later() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("todo", "!(")];
    let mut all = rust_files();
    all.extend(files("style", ".css"));
    all.extend(files("end2end", ".ts"));
    let mut violations = Vec::new();
    for file in &all {
        for (index, line) in file.text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                violations.push(format!("{}:{}", file.path, index + 1));
            }
        }
    }
    expect_none("marks of unfinished work", &violations);
}
