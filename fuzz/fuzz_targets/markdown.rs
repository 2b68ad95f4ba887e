//! Whatever is typed has a tree: each start has its end, formats go no deeper than promised, all text of it was typed in this
//! order, and links lead only where they may.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src"]
#[expect(dead_code, unused_imports, reason = "a target uses a part of the crate")]
mod teahouse {
    pub mod protocol;
    pub mod model {
        pub mod text;
    }
}

// The rules of texts find the wire types and themselves at the root of the crate.
use teahouse::{model, protocol};

use model::text::markdown::{self, DEPTH_MAX, Format, MarkdownToken};

fuzz_target!(|typed: &[u8]| {
    let Ok(typed) = str::from_utf8(typed) else { return };
    let tokens = markdown::parse(typed);
    assert!(tokens.len() <= 2 * typed.len());
    let mut rest = typed.chars();
    let mut open = Vec::new();
    for token in &tokens {
        match token {
            MarkdownToken::Start(format) => {
                let is_leaf = matches!(format, Format::Code | Format::CodeBlock { .. } | Format::Item | Format::Link { .. });
                if let Format::Link { href } = format {
                    assert!(["http://", "https://", "mailto:"].iter().any(|scheme| href.starts_with(scheme)), "{href:?}");
                    assert!(!open.contains(&(format_name(format), false)), "a link in a link");
                }
                open.push((format_name(format), !is_leaf));
                assert!(open.iter().filter(|(_, counts)| *counts).count() <= DEPTH_MAX);
            }
            MarkdownToken::End => assert!(open.pop().is_some()),
            // A host that could read as another one is shown as it is looked up.
            MarkdownToken::Text(text) if text.contains("xn--") => {}
            MarkdownToken::Text(text) => {
                assert!(!text.is_empty() && text.chars().all(|shown| rest.any(|typed| typed == shown)), "{text:?}");
            }
        }
    }
    assert!(open.is_empty());
    assert!(markdown::plain_text(typed).len() <= typed.len() + "▒▒▒".len() * tokens.len());
});

fn format_name(format: &Format<'_>) -> &'static str {
    if matches!(format, Format::Link { .. }) { "link" } else { "other" }
}
