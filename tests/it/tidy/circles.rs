//! No circles: the files of `src/server` name each other in one direction only. Whoever changes a file need only read those
//! that it names, and those that they name, and never comes back to where the reading began.

use std::collections::{BTreeMap, BTreeSet};

use super::law::{expand, module_of, named_paths, without_comments};
use super::{File, expect_none, files};

/// Modules whose files form a circle all the same, and why.
const CIRCLES: &[(&str, &str)] = &[(
    "server::config",
    "a setting is read into `Config`, which is made of the sections, whose fields are the rows of settings",
)];

type Path = Vec<String>;

/// Which files there are, and under which other names their items are known.
struct Names {
    files: BTreeSet<Path>,
    reexports: BTreeMap<Path, Path>,
}

impl Names {
    fn of(files: &[File]) -> Self {
        let mut names = Self { files: files.iter().map(module_of).collect(), reexports: BTreeMap::new() };
        for file in files {
            for (byte, path) in names.paths(file) {
                if let Some(name) = path.last().filter(|_| is_reexport(&file.text, byte)) {
                    let shown = [module_of(file), vec![name.clone()]].concat();
                    names.reexports.insert(shown, path);
                }
            }
        }
        names
    }

    /// The paths that a file names, from the root of the crate: those from the root, from a parent, and from a child.
    fn paths(&self, file: &File) -> Vec<(usize, Path)> {
        let module = module_of(file);
        let mut paths: Vec<_> = named_paths(file).into_iter().map(|named| (named.byte, named.path)).collect();
        let code = without_comments(&file.text);
        let children = self.files.iter().filter(|child| child.len() == module.len() + 1 && child.starts_with(&module));
        for child in children {
            let start = format!("{}::", child[module.len()]);
            for (byte, _) in code.match_indices(&start) {
                let before = code[..byte].chars().next_back();
                if before.is_none_or(|before| !before.is_alphanumeric() && !matches!(before, '_' | ':')) {
                    let mut found = Vec::new();
                    expand(&mut module.clone(), &code[byte..], &mut found);
                    paths.extend(found.into_iter().map(|path| (byte, path)));
                }
            }
        }
        paths
    }

    /// The file in which what a path names is written.
    fn file_of(&self, path: &[String]) -> Option<Path> {
        let mut path = path.to_vec();
        // A name is shown again a few times at most.
        for _ in 0..8 {
            let shown = (1..=path.len()).rev().find(|length| self.reexports.contains_key(&path[..*length]));
            let Some(length) = shown.filter(|length| !self.files.contains(&path[..*length])) else { break };
            path = [&self.reexports[&path[..length]][..], &path[length..]].concat();
        }
        (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|start| self.files.contains(start))
    }

    /// The files that a file names. To show what is in another file under its own name is not to depend on it.
    fn edges(&self, file: &File) -> BTreeSet<Path> {
        let own = module_of(file);
        let used = self.paths(file).into_iter().filter(|(byte, _)| !is_reexport(&file.text, *byte));
        used.filter_map(|(_, path)| self.file_of(&path)).filter(|named| *named != own).collect()
    }
}

/// Whether a place lies in a line like `pub use …`, or in the visibility `pub(in …)`.
fn is_reexport(text: &str, byte: usize) -> bool {
    let line = text[..byte].rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with("pub") && (line.contains("use ") || line.ends_with("pub(in "))
}

/// The files of some folder without their tests, which see everything.
fn without_tests(files: Vec<File>) -> Vec<File> {
    let is_code = |file: &File| !module_of(file).iter().any(|segment| segment == "tests" || segment == "conformance");
    let code = |text: &str| text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
    files.into_iter().filter(is_code).map(|file| File { text: code(&file.text), path: file.path }).collect()
}

/// Every circle, as the names of its files. What names nothing that is left, or is named by nothing that is left, is in none.
fn circles(files: &[File]) -> Vec<String> {
    let names = Names::of(files);
    let mut edges: BTreeMap<Path, BTreeSet<Path>> =
        files.iter().map(|file| (module_of(file), names.edges(file))).collect();
    loop {
        let left: BTreeSet<_> = edges.keys().cloned().collect();
        let named: BTreeSet<_> = edges.values().flatten().cloned().collect();
        edges.values_mut().for_each(|to| to.retain(|path| left.contains(path)));
        edges.retain(|path, to| !to.is_empty() && named.contains(path));
        if edges.len() == left.len() {
            break;
        }
    }
    let show = |(from, to): (&Path, &BTreeSet<Path>)| {
        let to: Vec<_> = to.iter().map(|path| path.join("::")).collect();
        format!("{} names {}", from.join("::"), to.join(", "))
    };
    edges.iter().map(show).collect()
}

/// Protects whoever reads the server: the files of a module can be read one after the other.
#[test]
fn the_files_of_the_server_name_each_other_in_one_direction() {
    let mut found = circles(&without_tests(files("src/server", ".rs")));
    for (module, why) in CIRCLES {
        let before = found.len();
        found.retain(|circle| !circle.starts_with(module));
        assert!(found.len() < before, "{module} has no circle any more ({why}): take it off the list");
    }
    expect_none("circles of files", &found);
}

/// The rule above can see what it forbids.
#[test]
fn a_circle_is_found_through_parents_children_and_other_names() {
    let found = |sources: &[(&str, &str)]| {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        circles(&without_tests(sources.iter().map(file).collect())).len()
    };
    let child = ("src/server/hub/lane.rs", "use super::ConnectionId;\n");
    assert_eq!(found(&[("src/server/hub.rs", "mod lane;\nuse lane::Lane;\n"), child]), 2);
    assert_eq!(found(&[("src/server/hub.rs", "mod lane;\npub use lane::Lane;\n"), child]), 0);
    let shown = ("src/server/hub.rs", "mod id;\nmod lane;\npub use id::ConnectionId;\nuse lane::Lane;\n");
    assert_eq!(found(&[shown, child, ("src/server/hub/id.rs", "pub struct ConnectionId;\n")]), 0);
    assert_eq!(found(&[shown, child, ("src/server/hub/id.rs", "use crate::server::hub::lane::Lane;\n")]), 2);
    let in_tests = ("src/server/hub/lane.rs", "\n#[cfg(test)]\nmod tests {\n    use super::super::Hub;\n}\n");
    assert_eq!(found(&[("src/server/hub.rs", "mod lane;\nuse lane::Lane;\n"), in_tests]), 0);
}
