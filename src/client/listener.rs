//! A listener of a DOM event that is removed when it is dropped.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// A registered listener; dropping it removes it.
#[derive(Debug)]
#[must_use = "dropping the listener removes it"]
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    callback: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `callback` at every `event` of `target`. None when the browser refuses, which it does for no event that is
    /// used here.
    pub fn on(target: &EventTarget, event: &'static str, callback: impl FnMut(Event) + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut(Event)>::new(callback);
        target.add_event_listener_with_callback(event, callback.as_ref().unchecked_ref()).ok()?;
        Some(Self { target: target.clone(), event, callback })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        // It can only fail for a target that is gone, and then nothing is left to remove.
        let _ = self.target.remove_event_listener_with_callback(self.event, callback);
    }
}
