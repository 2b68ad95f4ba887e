//! Rules for the page: text stays text, and looks live in the style sheets.

use super::{expect_none, files, read};

/// The renderer leaves the content of a `<textarea>` as it is, so the composer escapes it itself and has a test for that.
const ESCAPES_ITSELF: &str = "src/ui/components/composer.rs";

/// Puts what the renderer drew into the document, as it is.
const HOLDS_THE_DRAWING: &str = "src/ui/shell.rs";

/// Draws two tables of its own as text, in which nothing is from people; its tests look that no mark-up is in them.
const DRAWS_ITS_OWN_TABLES: &str = "src/ui/parts/emoji_picker.rs";

/// Writes rows as HTML and escapes whatever is in them; its tests look that nothing in a text or a value is markup.
const ESCAPES_WHAT_IT_WRITES: &str = "src/ui/html.rs";

/// What people type is put on the page as text, by the framework or by the one writer of HTML. One more `inner_html` would
/// undo that.
#[test]
fn nothing_is_put_on_the_page_as_html() {
    let mut violations = Vec::new();
    for file in files("src", ".rs").into_iter().filter(|file| {
        ![ESCAPES_ITSELF, HOLDS_THE_DRAWING, DRAWS_ITS_OWN_TABLES, ESCAPES_WHAT_IT_WRITES].contains(&file.path.as_str())
    }) {
        for (number, line) in file.code_lines() {
            if line.contains("inner_html") || line.contains("set_outer_html") || line.contains("insert_adjacent_html") {
                violations.push(format!("{}:{number}", file.path));
            }
        }
    }
    expect_none("HTML made from strings", &violations);
}

/// The content security policy refuses inline styles, so one would be dead; looks belong into the sheets.
#[test]
fn no_element_carries_its_own_style() {
    let mut violations = Vec::new();
    for file in files("src", ".rs") {
        for (number, line) in file.code_lines() {
            let is_attribute = format!(" {}", line.trim_start()).contains(" style=");
            let is_property =
                line.split(" style:").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            if is_attribute || is_property || line.contains("set_css_text") {
                violations.push(format!("{}:{number}", file.path));
            }
        }
    }
    expect_none("inline styles", &violations);
}

/// Whoever changes a component finds its looks under the same name (the landmarks of the page in `layout.css`), and no
/// sheet lies around unused. The sheet of a part comes with the part.
#[test]
fn every_component_has_its_sheet_and_every_sheet_is_used() {
    let layout = read("style/base/layout.css");
    let mut violations = Vec::new();
    let sheets: Vec<_> = files("style", ".css").into_iter().map(|file| file.path).collect();
    for sheet in sheets.iter().filter(|path| *path != "style/main.css") {
        let (user, import) = match sheet.strip_prefix("style/parts/") {
            Some(part) => (format!("src/ui/parts/{}", part.replace(".css", ".rs")), format!("/{sheet}\")")),
            None => ("style/main.css".to_owned(), format!("@import \"./{}\"", sheet.trim_start_matches("style/"))),
        };
        if read(&user).matches(&import).count() != 1 {
            violations.push(format!("{sheet} is not imported once by {user}"));
        }
    }
    for component in files("src/ui/components", ".rs") {
        let stem = component.path.trim_start_matches("src/ui/components/").trim_end_matches(".rs");
        let sheet = format!("style/components/{stem}.css");
        let is_part_of_the_layout = layout.contains(&format!(".{}", stem.replace('_', "-")));
        let has_looks = !stem.contains('/') && component.text.contains("class=");
        if has_looks && !is_part_of_the_layout && !sheets.contains(&sheet) {
            violations.push(format!("{} has no {sheet}", component.path));
        }
    }
    expect_none("components and sheets that do not match", &violations);
}
