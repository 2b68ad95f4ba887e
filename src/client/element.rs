//! Elements of the page by their ids, and how the reader points at them. Not leptos' `NodeRef`, of which every kind of
//! element needs its own code.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// The element with this id, when it is in the document and of this kind.
#[must_use]
pub fn element<T: JsCast>(id: &str) -> Option<T> {
    web_sys::window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// All elements of the document that a selector selects, in their order.
#[must_use]
pub fn elements(selector: &str) -> Vec<Element> {
    let document = web_sys::window().and_then(|window| window.document());
    let list = document.and_then(|document| document.query_selector_all(selector).ok());
    let count = list.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(|index| list.as_ref()?.item(index)?.dyn_into().ok()).collect()
}

/// The element that a click fell on or into, when it is one of these.
#[must_use]
pub fn clicked(event: &Event, selector: &str) -> Option<HtmlElement> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok()??.dyn_into().ok()
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

/// Closes the popover with this id.
pub fn close_popover(id: &str) {
    if let Some(popover) = element::<HtmlElement>(id) {
        // Fails where a drawer is a column, and then there is nothing to close.
        let _ = popover.hide_popover();
    }
}

/// Opens the popover with this id beside the element that it belongs to, and gives its first element the focus. Its sheet
/// finds the place of the element in `--left` and `--top`.
pub fn open_popover_at(id: &str, beside: &HtmlElement) {
    let Some(popover) = element::<HtmlElement>(id) else { return };
    let place = beside.get_bounding_client_rect();
    for (name, pixels) in [("--left", place.left()), ("--top", place.top())] {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "no window has that many pixels, and a whole one is near enough"
        )]
        let pixels = (pixels as i32).to_string();
        // It is refused for no name and no length.
        let _ = popover.style().set_property(name, &[&pixels, "px"].concat());
    }
    // Fails where it is no popover: then it is on the page already.
    let _ = popover.show_popover();
    if let Some(first) = popover.first_element_child().and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        // Fails only for an element that is out of the document.
        let _ = first.focus();
    }
}

/// Whether the reader points with a finger: then the keyboard is most likely on the screen, and covers half of it.
fn is_touch() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(pointer: coarse)").ok()?);
    query.is_some_and(|query| query.matches())
}
