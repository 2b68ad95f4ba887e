//! Elements of the page by their ids. Not leptos' `NodeRef`, of which every kind of element needs its own code.

use wasm_bindgen::JsCast;

/// The element with this id, when it is in the document and of this kind.
#[must_use]
pub fn element<T: JsCast>(id: &str) -> Option<T> {
    web_sys::window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
}
