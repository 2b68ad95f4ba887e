//! The document around the application: language, names of the built files, and the small scripts that start the page
//! and keep it handy.
//! Without `leptos_meta` and without its `HydrationScripts`: those read the names of the files anew for every page.

mod drawing;

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use self::drawing::Drawing;
use super::i18n::{Language, room_title};
use super::state::page_title;
use crate::protocol::PageData;

/// Marks a browser that cannot run the live page; the style sheet then shows the words for it.
const CHECK: &str = "try{if(typeof WebAssembly!=='object'||!('WebSocket'in window)||!('noModule'in document.createElement('script')))\
throw 0}catch(e){document.documentElement.setAttribute('data-unsupported','')}";

/// Fetches and starts the page; the addresses are filled in by [`Assets`].
const START: &str = include_str!("shell/start.js");

/// What people expect of any page in a browser.
const HABITS: &str = include_str!("shell/habits.js");

/// What signing out takes along before the page is alive.
const SIGN_OUT: &str = include_str!("shell/sign_out.js");

/// The element that the live page is in. Only what is inside it matters to the page, so that an extension may add to the
/// body what it likes.
pub const APPLICATION_ID: &str = "application";

/// A form has just brought a nickname to the browser that asks for this page, and its cookie did not come back. Only the
/// document says so: the live page asks the browser itself, before and after.
#[derive(Clone, Copy, Debug)]
pub struct CookieLost;

/// The addresses of the built files, with the hashes of their content in their names where cargo-leptos made them so.
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
        Self { script, wasm, style: path("css", "css"), start, habits: without_comments(&[HABITS, SIGN_OUT].concat()) }
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

/// The whole document. Contexts: [`PageData`], [`Language`], [`Assets`], and leptos' nonce.
pub fn shell(options: LeptosOptions, language: Language) -> impl IntoView {
    let words = language.words();
    let assets = use_context::<Assets>().unwrap_or_else(|| Assets::new(&options, ""));
    let room = use_context::<PageData>().map(|page| room_title(language, &page.room.summary)).unwrap_or_default();
    let document_words = language.document_words();
    let Drawing { html, nodes } = Drawing::new();
    view! {
        <!DOCTYPE html>
        <html lang=language.tag()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#fbf9f4" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#151819" media="(prefers-color-scheme: dark)" />
                <meta name="description" content=document_words.description />
                <meta name="referrer" content="same-origin" />
                <title>{page_title(&room, words.teahouse)}</title>
                <script nonce=use_nonce()>{CHECK}</script>
                <script nonce=use_nonce()>{assets.habits}</script>
                <link rel="stylesheet" href=assets.style />
                <link rel="modulepreload" href=assets.script />
                <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icon-192.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <script type="module" nonce=use_nonce()>{assets.start}</script>
                <AutoReload options />
            </head>
            <body>
                {use_context::<CookieLost>().map(|_| view! {
                    <p class="notice notice--bar" role="alert">{document_words.cookie_lost_words}</p>
                })}
                <div id=APPLICATION_ID data-nodes=nodes inner_html=html></div>
                <p class="notice notice--bar notice--unsupported" role="note">{document_words.unsupported_words}</p>
                <p class="notice notice--bar notice--stopped" role="alert">
                    {document_words.stopped_words}
                    <a class="button button--quiet" href="">{words.reload}</a>
                </p>
            </body>
        </html>
    }
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
