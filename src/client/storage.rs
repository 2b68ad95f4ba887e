//! What the browser remembers, and the random bits that it draws. Never fails: where storage is denied or full, nothing
//! is remembered beyond the page.

use std::cell::OnceCell;

use web_sys::Storage;

use super::json;
use crate::model::outbox::Outbox;
use crate::protocol::{ClientMessageId, RoomSlug, TabId};

const NICKNAME: &str = "teahouse.nickname";
const DRAFT: &str = "teahouse.draft.";
const OUTBOX: &str = "teahouse.outbox.";

/// The nickname used last.
#[must_use]
pub fn nickname() -> Option<String> {
    read(NICKNAME)
}

/// Remembers the nickname.
pub fn keep_nickname(nickname: &str) {
    keep(NICKNAME, nickname);
}

/// What was being typed in a room; empty when nothing.
#[must_use]
pub fn draft(room: &RoomSlug) -> String {
    read(&of_room(DRAFT, room)).unwrap_or_default()
}

/// Remembers what is being typed; an empty draft is forgotten.
pub fn keep_draft(room: &RoomSlug, draft: &str) {
    keep(&of_room(DRAFT, room), draft);
}

/// The lines of a room that are not known to be on the server's disk.
#[must_use]
pub fn outbox(room: &RoomSlug) -> Outbox {
    read(&of_room(OUTBOX, room))
        .map_or_else(Outbox::default, |json| Outbox::from_json(&json, |line| json::decode(line).ok()))
}

/// Remembers the outbox of a room; an empty one is forgotten.
pub fn keep_outbox(room: &RoomSlug, outbox: &Outbox) {
    keep(&of_room(OUTBOX, room), &outbox.to_json());
}

/// The identity of this page, the same over its reconnects. Kept in memory on purpose: a browser copies the storage of a
/// tab when the tab is duplicated, and two pages with one identity would push each other out.
#[must_use]
pub fn tab_id() -> TabId {
    thread_local! {
        static TAB: OnceCell<TabId> = const { OnceCell::new() };
    }
    let draw = || TabId::parse(&random_hex()).expect("32 hexadecimal digits are a tab id");
    TAB.with(|tab| tab.get_or_init(draw).clone())
}

/// A new identity for a line: 128 random bits.
#[must_use]
pub fn new_client_message_id() -> ClientMessageId {
    ClientMessageId::parse(&random_hex()).expect("32 hexadecimal digits are a client message id")
}

/// 128 random bits as hex.
fn random_hex() -> String {
    let mut bits = [0_u8; 16];
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    if crypto.is_none_or(|crypto| crypto.get_random_values_with_u8_array(&mut bits).is_err()) {
        fill_without_crypto(&mut bits);
    }
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("a nibble is one digit");
    bits.into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// For a browser without `crypto`. The bits need to be unique, not secret.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 256 is a byte")]
fn fill_without_crypto(bits: &mut [u8]) {
    bits.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
}

fn of_room(prefix: &str, room: &RoomSlug) -> String {
    [prefix, room.as_str()].concat()
}

fn local_storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn read(key: &str) -> Option<String> {
    local_storage()?.get_item(key).ok()?
}

/// Remembers a text; an empty one is forgotten.
fn keep(key: &str, text: &str) {
    let Some(storage) = local_storage() else {
        return;
    };
    // Denied or full: the page goes on without.
    let _ = if text.is_empty() { storage.remove_item(key) } else { storage.set_item(key, text) };
}
