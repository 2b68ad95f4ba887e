//! Elements of the page by their ids, and how the reader points at them. Not leptos' `NodeRef`, of which every kind of
//! element needs its own code.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The element with this id, when it is in the document and of this kind.
#[must_use]
pub fn element<T: JsCast>(id: &str) -> Option<T> {
    web_sys::window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Gives the element with this id the focus, when it is there.
pub fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        // Fails only for an element that is out of the document.
        let _ = element.focus();
    }
}

/// The same, but not on a phone, where the keyboard would come and hide what the reader has just opened.
pub fn focus_unless_touch(id: &str) {
    if !is_touch() {
        focus(id);
    }
}

/// Closes the drawer with this id.
pub fn close_drawer(id: &str) {
    if let Some(drawer) = element::<HtmlElement>(id) {
        // Fails where the drawer is a column, and then there is nothing to close.
        let _ = drawer.hide_popover();
    }
}

/// Whether the reader points with a finger: then the keyboard is most likely on the screen, and covers half of it.
fn is_touch() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(pointer: coarse)").ok()?);
    query.is_some_and(|query| query.matches())
}
