//! The dependency law: a module names only modules to its left. Every `crate::` and `super::` path is resolved.

use super::{File, expect_none, files, read};

/// The layers from left to right. `server` and `client` are neighbours that never name each other.
const LAYERS: &[&[&str]] =
    &[&["protocol"], &["model"], &["server", "client"], &["api"], &["ui"], &["boot"], &["lib", "main"]];

/// A path that a file names, from the root of the crate.
pub(super) struct Named {
    line: usize,
    pub(super) byte: usize,
    pub(super) path: Vec<String>,
}

fn step(layers: &[&[&str]], module: &str) -> Option<usize> {
    layers.iter().position(|layer| layer.contains(&module))
}

/// The place of a module in the order that the head of `src/server.rs` gives; neighbours of one step may name each other.
fn server_step(module: &str) -> Option<usize> {
    let head = read("src/server.rs").replace("\n//!", "");
    let order = head.split("Order inside: `").nth(1).and_then(|rest| rest.split('`').next()).map(str::to_owned);
    let order = order.expect("src/server.rs says `Order inside: `a, b < c`.`");
    order.split('<').position(|layer| layer.split(',').any(|name| name.trim() == module))
}

/// `src/server/delivery/sendq.rs` is `server::delivery::sendq`.
pub(super) fn module_of(file: &File) -> Vec<String> {
    let inside = file.path.trim_start_matches("src/").trim_end_matches(".rs");
    inside.split('/').map(str::to_owned).collect()
}

/// Blanks comments, keeping every byte and line where it was.
pub(super) fn without_comments(text: &str) -> String {
    let blank = |line: &str| match line.find("//") {
        Some(start) if !line[..start].contains('"') => format!("{}{}", &line[..start], " ".repeat(line.len() - start)),
        _ => line.to_owned(),
    };
    text.split('\n').map(blank).collect::<Vec<_>>().join("\n")
}

/// Every path of a file that starts with `crate` or `super`, with groups taken apart.
pub(super) fn named_paths(file: &File) -> Vec<Named> {
    let code = without_comments(&file.text);
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (byte, _) in code.match_indices(start) {
            let before = code[..byte].chars().next_back();
            if before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | ':' | '$')) {
                continue;
            }
            let mut paths = Vec::new();
            expand(&mut Vec::new(), &code[byte..], &mut paths);
            let inline_modules = usize::from(is_in_inline_module(&code[..byte]));
            let line = code[..byte].matches('\n').count() + 1;
            found.extend(paths.into_iter().filter_map(|path| {
                resolve(&module_of(file), inline_modules, &path).map(|path| Named { line, byte, path })
            }));
        }
    }
    found
}

/// Reads one path, or every path of a `{…}` group behind a common start.
pub(super) fn expand(start: &mut Vec<String>, rest: &str, paths: &mut Vec<Vec<String>>) {
    let rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        for item in group_items(group) {
            expand(&mut start.clone(), item, paths);
        }
        return;
    }
    let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
    if end > 0 {
        start.push(rest[..end].to_owned());
    }
    match rest[end..].strip_prefix("::") {
        Some(rest) => expand(start, rest, paths),
        None => paths.push(start.clone()),
    }
}

/// The items of a group up to its closing brace.
fn group_items(group: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (index, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                if !group[start..index].trim().is_empty() {
                    items.push(&group[start..index]);
                }
                start = index + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items
}

/// Whether a place lies in a `mod name { … }` of the file; its end is the closing brace of the first column.
fn is_in_inline_module(before: &str) -> bool {
    let opens = |line: &str| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.starts_with("mod ") && line.ends_with('{')
    };
    before.lines().fold(false, |inside, line| if inside { line != "}" } else { opens(line) })
}

/// The path from the root of the crate; `None` when it stays in the module itself.
fn resolve(module: &[String], inline_modules: usize, path: &[String]) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|segment| *segment == "super").count();
    if supers == 0 {
        return Some(path[1..].to_vec());
    }
    let up = supers.checked_sub(inline_modules).filter(|up| *up > 0)?;
    let mut resolved = module[..module.len().saturating_sub(up)].to_vec();
    resolved.extend_from_slice(&path[supers..]);
    Some(resolved)
}

/// Where the bodies of server functions lie in a file: the browser never sees them.
fn server_function_bodies(text: &str) -> Vec<std::ops::Range<usize>> {
    let end_of = |start: usize| text[start..].find("\n}").map_or(text.len(), |length| start + length);
    text.match_indices("\n#[server").map(|(start, _)| start..end_of(start)).collect()
}

/// Says what is wrong with one arrow, if something is.
fn fault(file: &File, named: &Named) -> Option<&'static str> {
    let module = module_of(file);
    let (from, to) = (module.first()?.as_str(), named.path.first()?.as_str());
    let (Some(from_step), Some(to_step)) = (step(LAYERS, from), step(LAYERS, to)) else {
        return Some("is not a module of the law");
    };
    if from != to {
        let names_server_rightly = match from {
            "api" => server_function_bodies(&file.text).iter().any(|body| body.contains(&named.byte)),
            "ui" => false,
            _ => true,
        };
        return match to {
            _ if to_step >= from_step => Some("lies to the right"),
            "server" if !names_server_rightly => Some("exists only on the server"),
            _ => None,
        };
    }
    if from != "server" {
        return None;
    }
    let (from, to) = (module.get(1)?, named.path.get(1)?);
    match (server_step(from), server_step(to)) {
        (Some(from_step), Some(to_step)) => (to_step > from_step).then_some("lies to the right inside server"),
        _ => Some("is not in the order of src/server.rs"),
    }
}

/// The arrows point left. Whoever changes a module need only read what lies to its left, and the browser never
/// compiles the server.
#[test]
fn a_module_names_only_modules_to_its_left() {
    let mut violations = Vec::new();
    for file in files("src", ".rs").iter().filter(|file| file.path != "src/lib.rs" && file.path != "src/main.rs") {
        for named in named_paths(file) {
            if let Some(fault) = fault(file, &named) {
                violations.push(format!("{}:{} names {}, which {fault}", file.path, named.line, named.path.join("::")));
            }
        }
    }
    expect_none("arrows the wrong way", &violations);
}

/// The rule above can see what it forbids.
#[test]
fn the_law_sees_through_groups_and_supers() {
    let faults = |path: &str, text: &str| {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        named_paths(&file).iter().filter(|named| fault(&file, named).is_some()).count()
    };
    assert_eq!(faults("src/model/text.rs", "use crate::protocol::{Seq, ids::UserId};\n"), 0);
    assert_eq!(faults("src/model/text.rs", "use crate::{protocol::Seq, server::{delivery, log}};\n"), 2);
    assert_eq!(faults("src/server/log/sqlite.rs", "use super::super::delivery::hub::Hub;\n"), 1);
    assert_eq!(faults("src/server/delivery/hub.rs", "use super::super::edge::http;\n// use crate::ui;\n"), 1);
    assert_eq!(faults("src/server/delivery/hub.rs", "mod tests {\n    use super::*;\n}\n"), 0);
    assert_eq!(faults("src/api/a.rs", "\n#[server]\nfn a() {\n    crate::server::posting::say()\n}\n"), 0);
    assert_eq!(faults("src/api/a.rs", "use crate::server::posting;\n"), 1);
    assert_eq!(faults("src/client/connection.rs", "use crate::api;\n"), 1);
}
