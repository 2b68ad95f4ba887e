//! The few pictures of the page, drawn by lines; always beside or inside something that has a name.

use crate::ui::html::{Html, HtmlElement, html_element};

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Three lines: the rooms.
    Rooms,
    /// Two heads: the people.
    People,
    /// A cross.
    Close,
    /// A plus.
    Plus,
    /// A paper plane.
    Send,
    /// A lens.
    Search,
    /// An arrow down.
    Down,
}

impl Picture {
    const fn path(self) -> &'static str {
        match self {
            Self::Rooms => "M4 6h16M4 12h16M4 18h10",
            Self::People => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.2a6.5 6.5 0 0 1 3.5 5.8"
            }
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Send => "M4 12l16-8-5 16-3.5-6.5L4 12ZM11.5 13.5L20 4",
            Self::Search => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16 16l5 5",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
        }
    }
}

/// A picture without a name of its own.
pub fn icon(picture: Picture) -> HtmlElement {
    html_element(|html| write_icon(html, picture))
}

/// Writes a picture.
pub fn write_icon(html: &mut Html, picture: Picture) {
    html.start("svg", &[("viewBox", "0 0 24 24"), ("aria-hidden", "true"), ("focusable", "false")]);
    html.element("path", &[("d", picture.path())], "");
    html.end();
}
