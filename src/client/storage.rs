//! What the browser remembers, and the random bits that it draws. In `localStorage`, which answers at once, survives a
//! reload, and tells the other tabs; `journal` keeps a copy that survives a crash. Never fails: where storage is denied or
//! full, nothing is remembered beyond the page.

mod person;

use std::cell::OnceCell;

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{Storage, StorageEvent};

use super::listener::Listener;
use super::{journal, json};
use crate::model::conversation::outbox::{KeptPost, OutgoingPost};
use crate::model::draft::UnsavedEdit;
use crate::protocol::{PostId, RoomSlug, Seq, TabId};

pub use person::{PersonChange, forget_person, has_signed_out, on_person_change, recover};

const NICKNAME: &str = "teahouse.nickname";
const ATTEMPT: &str = "teahouse.attempt";
const DRAFT: &str = "teahouse.draft.";
const EDIT: &str = "teahouse.edit.";
const REPLY: &str = "teahouse.reply.";
/// A key for each post, as in `teahouse.outbox.{room}.{post id}`: tabs share the storage, and none of them ever
/// writes what another one may have changed meanwhile.
const OUTBOX: &str = "teahouse.outbox.";

/// The nickname used last.
#[must_use]
pub fn nickname() -> Option<String> {
    read(NICKNAME)
}

/// Remembers the nickname. The other tabs hear of it also when it is the same as last time, since the browser may have been
/// nobody's in between.
pub fn keep_nickname(nickname: &str) {
    keep(NICKNAME, "");
    keep(NICKNAME, nickname);
}

/// The secret of a visitor's attempt to join: the same for every retry, in every tab and over reloads, until
/// [`end_join_attempt`], so that a lost answer does not cost the nickname.
#[must_use]
pub fn join_attempt() -> String {
    read(ATTEMPT).unwrap_or_else(|| {
        let attempt = random_hex();
        keep(ATTEMPT, &attempt);
        attempt
    })
}

/// The attempt to join was answered.
pub fn end_join_attempt() {
    keep(ATTEMPT, "");
}

/// What was being typed in a room; empty when nothing. This tab's own draft, or, in a tab that has none, the browser's
/// newest.
#[must_use]
pub fn draft(room: &RoomSlug) -> String {
    typed(&[DRAFT, room.as_str()].concat())
}

/// Remembers what is being typed: for this tab, and for the next one after a crash.
pub fn keep_draft(room: &RoomSlug, draft: &str) {
    keep_typed(&[DRAFT, room.as_str()].concat(), draft);
}

/// The edit that was being written in a room, kept as its draft is.
#[must_use]
pub fn unsaved_edit(room: &RoomSlug) -> Option<UnsavedEdit> {
    UnsavedEdit::parse(&typed(&[EDIT, room.as_str()].concat()))
}

/// Remembers an edit until it is saved or given up, which is none.
pub fn keep_edit(room: &RoomSlug, edit: Option<&UnsavedEdit>) {
    keep_typed(&[EDIT, room.as_str()].concat(), &edit.map(UnsavedEdit::written).unwrap_or_default());
}

/// What the draft of a room replies to, kept as the draft is.
#[must_use]
pub fn reply(room: &RoomSlug) -> Option<Seq> {
    typed(&[REPLY, room.as_str()].concat()).parse().ok().map(Seq::new)
}

/// Remembers what the draft of a room replies to.
pub fn keep_reply(room: &RoomSlug, to: Option<Seq>) {
    keep_typed(&[REPLY, room.as_str()].concat(), &to.map(|to| to.to_string()).unwrap_or_default());
}

/// The posts of all rooms that are not known to be on the server's disk.
#[must_use]
pub fn kept_posts() -> Vec<(RoomSlug, KeptPost)> {
    // A post that cannot be read does not take the others with it.
    let post = |key: String| Some((post_of(&key)?.0, json::decode(&read(&key)?).ok()?));
    local_storage().iter().flat_map(keys).filter_map(post).collect()
}

/// Remembers a post until [`forget_post`].
pub fn keep_post(post: &OutgoingPost) {
    if let Ok(json) = serde_json::to_string(&KeptPost::from(post)) {
        keep(&post_key(&post.room, &post.post_id), &json);
    }
}

/// The post arrived, or was discarded.
pub fn forget_post(room: &RoomSlug, id: &PostId) {
    keep(&post_key(room, id), "");
}

/// Calls back when another tab keeps a post of a room, or (none) has forgotten it.
pub fn on_post_change(callback: impl Fn(RoomSlug, PostId, Option<KeptPost>) + 'static) -> Option<Listener> {
    let window = web_sys::window()?;
    Listener::on(&window, "storage", move |event| {
        let event: StorageEvent = event.unchecked_into();
        if let Some((room, id)) = event.key().as_deref().and_then(post_of) {
            callback(room, id, event.new_value().and_then(|json| json::decode(&json).ok()));
        }
    })
}

/// Whether the browser keeps cookies, without which nobody has a nickname.
#[must_use]
pub fn keeps_cookies() -> bool {
    let navigator = web_sys::window().map(|window| window.navigator());
    navigator.and_then(|navigator| Reflect::get(&navigator, &"cookieEnabled".into()).ok()?.as_bool()).unwrap_or(true)
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

/// A new identity for a post: 128 random bits.
#[must_use]
pub fn new_post_id() -> PostId {
    PostId::parse(&random_hex()).expect("32 hexadecimal digits are a post id")
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

fn post_key(room: &RoomSlug, id: &PostId) -> String {
    [OUTBOX, room.as_str(), ".", id.as_str()].concat()
}

/// Which post a key is of.
fn post_of(key: &str) -> Option<(RoomSlug, PostId)> {
    let (room, id) = key.strip_prefix(OUTBOX)?.split_once('.')?;
    Some((RoomSlug::parse(room).ok()?, PostId::parse(id).ok()?))
}

/// What this tab keeps under a key, or, where it keeps nothing, the browser.
fn typed(key: &str) -> String {
    let own = session_storage().and_then(|storage| storage.get_item(key).ok()?);
    own.or_else(|| read(key)).unwrap_or_default()
}

/// Where it does not fit, nothing is remembered, so that nothing older comes back.
fn keep_typed(key: &str, text: &str) {
    if let Some(storage) = session_storage()
        && storage.set_item(key, text).is_err()
    {
        // Denied: then there is no older one either.
        let _ = storage.remove_item(key);
    }
    if !keep(key, text) {
        keep(key, "");
    }
}

fn local_storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// The storage of this tab alone, which lives as long as the tab, reloads included.
fn session_storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

fn keys(storage: &Storage) -> impl Iterator<Item = String> {
    (0..storage.length().unwrap_or(0)).filter_map(|index| storage.key(index).ok()?)
}

fn read(key: &str) -> Option<String> {
    local_storage()?.get_item(key).ok()?
}

/// Remembers a text; an empty one is forgotten. Returns whether it fits. Where storage is denied or full, the page goes on
/// without.
fn keep(key: &str, text: &str) -> bool {
    let Some(storage) = local_storage() else { return true };
    let kept = if text.is_empty() { storage.remove_item(key) } else { storage.set_item(key, text) };
    if text.is_empty() {
        journal::forget(key)
    } else {
        journal::keep(key, text)
    }
    kept.is_ok()
}
