//! What the lists of a page drew on the server, kept for other pages of the same room in the same language and state. An
//! entry's key is another one when anything that it shows changes, so an entry with the same key looks the same. Entries
//! are kept from pages that were drawn for nobody: what belongs to a reader has a key of its own and is drawn anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

use super::{Erase, ListEntry};

/// The HTML of entries, by list and key.
#[derive(Default)]
pub struct DrawnEntries(HashMap<&'static str, HashMap<Arc<str>, Arc<str>>>);

/// What the lists of the page that is being drawn do with their entries. A context.
#[derive(Clone)]
pub enum Sharing {
    /// They draw them, and keep what they drew.
    Keep(Arc<Mutex<DrawnEntries>>),
    /// They take what was kept, and draw the rest.
    Reuse(Arc<DrawnEntries>),
}

/// Works the entries of a list out.
pub type Entries = Box<dyn Fn() -> Vec<ListEntry> + Send>;

impl DrawnEntries {
    /// Memory for the HTML.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.values().flatten().map(|(key, html)| key.len() + html.len()).sum()
    }

    /// Puts what was kept in the place of entries. In HTML nothing stands between two entries, so those that follow each
    /// other become one.
    fn reuse(&self, list: &str, entries: Vec<ListEntry>) -> Vec<ListEntry> {
        let nothing = HashMap::new();
        let kept = self.0.get(list).unwrap_or(&nothing);
        let mut reused = Vec::new();
        let mut run: Option<(Arc<str>, String)> = None;
        for entry in entries {
            match kept.get(&entry.key) {
                Some(html) => run.get_or_insert_with(|| (entry.key, String::new())).1.push_str(html),
                None => {
                    reused.extend(run.take().map(drawn));
                    reused.push(entry);
                }
            }
        }
        reused.extend(run.map(drawn));
        reused
    }
}

/// The same entries, shared as the page wants it.
pub fn shared(list: &'static str, entries: Entries) -> Entries {
    match use_context::<Sharing>() {
        None => entries,
        Some(Sharing::Keep(kept)) => Box::new(move || {
            let keep = |entry| keep(&kept, list, entry);
            entries().into_iter().map(keep).collect()
        }),
        Some(Sharing::Reuse(kept)) => Box::new(move || kept.reuse(list, entries())),
    }
}

fn keep(kept: &Arc<Mutex<DrawnEntries>>, list: &'static str, ListEntry { key, show }: ListEntry) -> ListEntry {
    let (kept, kept_key) = (Arc::clone(kept), Arc::clone(&key));
    ListEntry::new(key, move || {
        let html: Arc<str> = show().to_html().into();
        lock(&kept).0.entry(list).or_default().insert(kept_key, Arc::clone(&html));
        InertElement::new(html.to_string()).erase()
    })
}

fn drawn((key, html): (Arc<str>, String)) -> ListEntry {
    ListEntry::new(key, move || InertElement::new(html).erase())
}

fn lock(kept: &Mutex<DrawnEntries>) -> MutexGuard<'_, DrawnEntries> {
    // Every entry is whole, so a poisoned lock is as good as any.
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sharing {
    /// Keeps entries from now on.
    #[must_use]
    pub fn keep() -> Self {
        Self::Keep(Arc::default())
    }

    /// What was kept.
    #[must_use]
    pub fn into_kept(self) -> Arc<DrawnEntries> {
        match self {
            Self::Keep(kept) => Arc::new(std::mem::take(&mut *lock(&kept))),
            Self::Reuse(kept) => kept,
        }
    }
}
