//! The address bar: `/` is the lobby, `/r/{slug}` any room, and what follows the slug a message in it. In place of a router:
//! the page is one page.

use wasm_bindgen::JsValue;

use super::listener::Listener;
use crate::model::address;
use crate::protocol::RoomSlug;

/// Puts a room into the address bar and the history; does nothing when it is there already. It takes the place of the entry
/// of an open drawer (`ui::shell`), the only kind of entry that has a state.
pub fn push_room(room: &RoomSlug) {
    if current_room().as_ref() == Some(room) {
        return;
    }
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let path = address::room(room);
        let is_drawer = history.state().is_ok_and(|state| !state.is_null());
        // Browsers refuse a flood of entries: the address then lags behind, the room does not.
        let _ = if is_drawer {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&path))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(&path))
        };
    }
}

/// The room that the address bar names.
#[must_use]
pub fn current_room() -> Option<RoomSlug> {
    let path = web_sys::window()?.location().pathname().ok()?;
    if path == "/" {
        return Some(RoomSlug::lobby());
    }
    let encoded = path.strip_prefix("/r/")?.split('/').next()?;
    let decoded = js_sys::decode_uri_component(encoded).ok()?;
    RoomSlug::parse(&String::from(decoded)).ok()
}

/// Calls back with the room that the address bar names when the reader goes back or forward.
pub fn on_room_change(callback: impl Fn(RoomSlug) + 'static) -> Option<Listener> {
    let window = web_sys::window()?;
    Listener::on(&window, "popstate", move |_| current_room().into_iter().for_each(&callback))
}
