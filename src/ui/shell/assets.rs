//! What every page is made of whatever is in it: the addresses of the built files, and the scripts in the document. The
//! scripts are the same text in every page of a server, so that its policy can name them by their hashes.

use leptos::config::LeptosOptions;
use leptos::prelude::*;

/// Marks a browser that cannot run the live page; the style sheet then shows the words for it.
const CHECK: &str = "try{if(typeof WebAssembly!=='object'||!('WebSocket'in window)||!('noModule'in document.createElement('script')))\
throw 0}catch(e){document.documentElement.setAttribute('data-unsupported','')}";

/// Fetches and starts the page; the addresses are filled in by [`Assets`].
const START: &str = include_str!("start.js");

/// What people expect of any page in a browser.
const HABITS: &str = include_str!("habits.js");

/// Shows panels in a dialog.
const PANELS: &str = include_str!("panels.js");

/// Asks for the sheet that makes the page look as its reader chose.
const APPEARANCE: &str = include_str!("appearance.js");

/// What signing out takes along before the page is alive.
const SIGN_OUT: &str = include_str!("sign_out.js");

/// The addresses of the built files, with the hashes of their content in their names where cargo-leptos made them so, and
/// the scripts in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// Glue of the WebAssembly.
    pub script: String,
    /// The WebAssembly.
    pub wasm: String,
    /// The style sheet.
    pub style: String,
    /// The script that starts the page.
    start: String,
    /// The scripts that keep the page handy.
    habits: String,
    /// While developing: the script that listens to cargo-leptos for new builds.
    reload: Option<String>,
}

impl Assets {
    /// Reads the names once, at start. `hashes` is the content of cargo-leptos' hash file, empty without hashed names.
    #[must_use]
    pub fn new(options: &LeptosOptions, hashes: &str) -> Self {
        let path = |kind: &str, extension: &str| {
            let hash = hashes.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.trim() == kind);
            let hash = hash.map(|(_, hash)| format!(".{}", hash.trim())).unwrap_or_default();
            format!("/{}/{}{hash}.{extension}", options.site_pkg_dir, options.output_name)
        };
        let (script, wasm) = (path("js", "js"), path("wasm", "wasm"));
        let start = start_script(&script, &wasm);
        let habits = without_comments(&[APPEARANCE, HABITS, PANELS, SIGN_OUT].concat());
        Self { script, wasm, style: path("css", "css"), start, habits, reload: reload_script(options) }
    }

    /// The scripts that stand in every page, as they stand there. The last one is a module.
    #[must_use]
    pub fn scripts(&self) -> [String; 3] {
        [CHECK.to_owned(), self.habits.clone(), self.start.clone()]
    }

    /// One more script that stands in every page, while cargo-leptos watches the sources.
    #[must_use]
    pub fn reload(&self) -> Option<String> {
        self.reload.clone()
    }
}

fn start_script(script: &str, wasm: &str) -> String {
    let quoted = |path: &str| format!("{path:?}");
    without_comments(START).replace("SCRIPT", &quoted(script)).replace("WASM", &quoted(wasm))
}

fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The text of leptos' own script, which is nothing unless cargo-leptos watches.
fn reload_script(options: &LeptosOptions) -> Option<String> {
    let element = view! { <AutoReload options=options.clone() /> }.to_html();
    let (_, script) = element.split_once('>')?;
    script.split_once("</script>").map(|(script, _)| script.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_files_are_named_with_the_hashes_of_their_content() {
        let options = LeptosOptions::builder().output_name("teahouse").build();
        let assets = Assets::new(&options, "js: aaa\nwasm: bbb\ncss: ccc\n");
        assert_eq!(assets.script, "/pkg/teahouse.aaa.js");
        assert_eq!(assets.wasm, "/pkg/teahouse.bbb.wasm");
        assert_eq!(assets.style, "/pkg/teahouse.ccc.css");
        assert_eq!(Assets::new(&options, "").style, "/pkg/teahouse.css");
        assert!(assets.start.contains("import(\"/pkg/teahouse.aaa.js\")"), "{}", assets.start);
        assert!(assets.start.contains("module_or_path: \"/pkg/teahouse.bbb.wasm\""), "{}", assets.start);
        assert!(![assets.start, assets.habits].concat().contains("//"), "comments stay here");
    }
}
