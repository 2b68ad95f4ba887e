//! The laws of this house, executed: each rule reads the sources and reports everything that breaks it at once.
//! Not here: what the compiler, clippy and rustfmt can say themselves.

use std::fs;
use std::path::{Path, PathBuf};

mod circles;
mod dependencies;
mod documents;
mod glossary;
mod kinds;
mod law;
mod protocol_document;
mod reactive;
mod source;
mod style;

/// The folder of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

/// A source file.
struct File {
    /// From the root of the repository, with forward slashes.
    path: String,
    text: String,
}

/// All files under a folder of the repository whose names end so, in the order of their paths.
fn files(folder: &str, suffix: &str) -> Vec<File> {
    let mut paths = Vec::new();
    collect(&root().join(folder), suffix, &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "there is no {suffix} file in {folder}: is the rule looking in the right place?");
    paths.into_iter().map(|path| File::read(&path)).collect()
}

fn collect(folder: &Path, suffix: &str, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be listed") {
        let path = entry.expect("an entry of the repository can be read").path();
        if path.is_dir() {
            if !path.ends_with("node_modules") && !path.ends_with("test-results") {
                collect(&path, suffix, paths);
            }
        } else if path.to_string_lossy().ends_with(suffix) {
            paths.push(path);
        }
    }
}

impl File {
    fn read(path: &Path) -> Self {
        let inside = path.strip_prefix(root()).expect("the walk starts at the root");
        let path = inside.to_string_lossy().replace('\\', "/");
        let text = read(&path);
        Self { path, text }
    }

    /// The lines with their numbers, comments left out.
    fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Fails with everything that was found, not only with the first.
fn expect_none(rule: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{rule}:\n  {}\n", violations.join("\n  "));
}
