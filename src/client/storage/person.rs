//! Whose things the browser keeps: nothing that is remembered outlives a sign-out, in whichever tab and by whichever way it
//! came. `localStorage` holds when somebody signed out last, and so does whatever keeps copies: the storage of each tab,
//! and the journal. A copy from before that is not taken back.

use wasm_bindgen::JsCast;
use web_sys::{Storage, StorageEvent};

use super::{NICKNAME, journal, keep, keys, local_storage, read, session_storage};
use crate::client::listener::Listener;
use crate::client::local_time;

/// What another tab did with the person that this browser is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonChange {
    /// It took this nickname.
    Named(String),
    /// It signed out.
    SignedOut,
}

/// What every key begins with.
const OURS: &str = "teahouse.";
/// When somebody signed out at this browser last, in milliseconds by its clock. `ui/shell/sign_out.js` writes it too.
const SIGNED_OUT: &str = "teahouse.signed_out";

/// Takes back what a crash of the browser kept `localStorage` from writing, and calls back when something was missing.
/// From then on everything that is remembered is copied as well.
pub fn recover(recovered: impl FnOnce() + 'static) {
    journal::open(move |mut copies| {
        let Some(storage) = local_storage() else { return };
        let copied = copies.iter().find(|(key, _)| key == SIGNED_OUT).map(|(_, at)| at.clone());
        let known = read(SIGNED_OUT);
        if copied < known {
            // Somebody signed out while no page was alive that could have told the journal.
            journal::clear();
            copies.clear();
        } else if copied > known {
            // The crash came soon after a sign-out.
            forget(&storage);
        }
        let mut is_missing = false;
        for (key, text) in copies {
            if read(&key).is_none() {
                is_missing = true;
                // Denied or full: as if it had not been remembered.
                let _ = storage.set_item(&key, &text);
            }
        }
        // What was remembered before the copy was open.
        for key in keys(&storage).filter(|key| key.starts_with(OURS)) {
            journal::keep(&key, &read(&key).unwrap_or_default());
        }
        if is_missing {
            recovered();
        }
    });
}

/// Forgets the person: nickname, drafts and posts of all rooms. The next person at this browser finds none of it, and the
/// other tabs hear of it.
pub fn forget_person() {
    [local_storage(), session_storage()].iter().flatten().for_each(forget);
    journal::clear();
    keep(SIGNED_OUT, &local_time::device_now().unix_ms().to_string());
    has_signed_out();
}

/// Whether somebody has signed out at this browser since this was asked last in this tab, by any tab. What the tab alone
/// keeps is forgotten then.
pub fn has_signed_out() -> bool {
    let (Some(at), Some(storage)) = (read(SIGNED_OUT), session_storage()) else { return false };
    let is_known = storage.get_item(SIGNED_OUT).ok().flatten().as_ref() == Some(&at);
    if !is_known {
        forget(&storage);
        // Denied or full: then it is forgotten once more.
        let _ = storage.set_item(SIGNED_OUT, &at);
    }
    !is_known
}

/// Calls back when somebody signs out in another tab, or takes a nickname there.
pub fn on_person_change(callback: impl Fn(PersonChange) + 'static) -> Option<Listener> {
    let window = web_sys::window()?;
    Listener::on(&window, "storage", move |event| {
        let event: StorageEvent = event.unchecked_into();
        match (event.key().as_deref(), event.new_value()) {
            (Some(SIGNED_OUT), Some(_)) => callback(PersonChange::SignedOut),
            (Some(NICKNAME), Some(nickname)) => callback(PersonChange::Named(nickname)),
            _ => {}
        }
    })
}

fn forget(storage: &Storage) {
    // All keys first, since each removal moves the others.
    let ours: Vec<String> = keys(storage).filter(|key| key.starts_with(OURS)).collect();
    for key in ours {
        // Denied: then nothing was kept either.
        let _ = storage.remove_item(&key);
    }
}
