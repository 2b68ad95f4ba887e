//! A copy of what `storage` keeps, in IndexedDB. Browsers write `localStorage` to disk some seconds late, so that a crash
//! takes with it what was typed last; IndexedDB hands it to the operating system at once, but answers late. So pages
//! read and share `localStorage`, and this copy only gives back what a crash took. Only `storage` uses it.
//!
//! The copy may be behind by a moment. What it gives back too much does no harm: a post that has arrived already is
//! known to the server by its id.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

use super::listener::Listener;

const DATABASE: &str = "teahouse";
const STORE: &str = "kept";

/// What is done when the database has answered.
type Answered = Box<dyn FnOnce(&IdbRequest)>;

thread_local! {
    static OPEN: RefCell<Option<IdbDatabase>> = const { RefCell::new(None) };
}

/// Opens the copy and hands over all that it holds, as keys and texts. Never calls back where the browser has none.
pub fn open(take: impl FnOnce(Vec<(String, String)>) + 'static) {
    // Whatever is refused here leaves the page without a copy, not without storage.
    let _ = try_open(take);
}

/// Copies what is kept under a key.
pub fn keep(key: &str, text: &str) {
    let _ = store().map(|store| store.put_with_key(&JsValue::from([key, "\n", text].concat()), &JsValue::from(key)));
}

/// Forgets a key.
pub fn forget(key: &str) {
    let _ = store().map(|store| store.delete(&JsValue::from(key)));
}

/// Forgets everything.
pub fn clear() {
    let _ = store().map(|store| store.clear());
}

fn try_open(take: impl FnOnce(Vec<(String, String)>) + 'static) -> Option<()> {
    let request: IdbOpenDbRequest = web_sys::window()?.indexed_db().ok()??.open_with_u32(DATABASE, 1).ok()?;
    once(&request, "upgradeneeded", |request| {
        let _ = database(request).and_then(|database| database.create_object_store(STORE).ok());
    });
    once(&request, "success", |request| {
        OPEN.replace(database(request));
        let _ = read(take);
    });
    Some(())
}

fn read(take: impl FnOnce(Vec<(String, String)>) + 'static) -> Option<()> {
    once(&store()?.get_all().ok()?, "success", |request| {
        let entry = |text: JsValue| {
            let text = text.as_string()?;
            let (key, text) = text.split_once('\n')?;
            Some((key.to_owned(), text.to_owned()))
        };
        take(Array::from(&request.result().unwrap_or_default()).iter().filter_map(entry).collect());
    });
    Some(())
}

/// Hears of an event that comes at most once. There are three in the life of a page, so their listeners are left to it.
fn once(request: &IdbRequest, event: &'static str, run: impl FnOnce(&IdbRequest) + 'static) {
    let mut run: Option<Answered> = Some(Box::new(run));
    let target = request.clone();
    std::mem::forget(Listener::on(request, event, move |_| run.take().into_iter().for_each(|run| run(&target))));
}

fn database(request: &IdbRequest) -> Option<IdbDatabase> {
    request.result().ok().map(JsCast::unchecked_into)
}

/// A transaction of its own for every change: it is done as soon as the browser can.
fn store() -> Option<IdbObjectStore> {
    OPEN.with_borrow(|open| {
        let transaction = open.as_ref()?.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite).ok()?;
        transaction.object_store(STORE).ok()
    })
}
