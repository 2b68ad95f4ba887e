//! The application as the server draws it, with the number of its nodes: the browser counts them before it takes the
//! document over, and so sees whether something on the way changed it.

use leptos::prelude::*;

use crate::ui::app::App;
use crate::ui::slots::{Cut, cut};

/// The handover is an element with a text in it.
const HANDOVER_NODES: usize = 2;

/// What goes into the element of the application.
pub struct Drawing {
    /// The HTML of the application.
    pub html: String,
    /// How many elements, texts and comments a browser makes of it, and of the handover that follows it.
    pub nodes: usize,
    /// Its slots, where they are marked.
    pub cuts: Vec<Cut>,
}

impl Drawing {
    /// Draws from the contexts of the page.
    pub fn new() -> Self {
        let (html, cuts) = cut(&view! { <App /> }.to_html());
        let nodes = nodes(html.as_bytes()) + HANDOVER_NODES;
        Self { html, nodes, cuts }
    }
}

/// Whatever opens is a node, and so is a text between two tags. `<` and `>` are escaped everywhere else.
/// So a part that begins with a tag and ends with one has as many nodes wherever it stands.
pub fn nodes(html: &[u8]) -> usize {
    let is_node = |pair: &&[u8]| (pair[0] == b'<' && pair[1] != b'/') || (pair[0] == b'>' && pair[1] != b'<');
    html.windows(2).filter(is_node).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_texts_and_comments_are_counted() {
        assert_eq!(nodes(b"<p>a<!>b</p><input><svg><path></path></svg>"), 7);
        assert_eq!(nodes(b""), 0);
        let escaped = view! { <p title="<b>">"1 < 2 > 0"</p> }.to_html();
        assert_eq!(nodes(escaped.as_bytes()), 2, "{escaped}");
    }
}
