//! Comparing names. [`NameKey`] is the one form in which two names are compared, by the names that are shown now
//! ([`LiveNames`]) and by the store for those whose owners are away.
//! The tables behind it are large, so they live on the server only. Not here: which characters a name may hold
//! (`model::text`), and who may take which name (`chat`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::model::text::invisible::is_visible;
use crate::protocol::UserId;

/// The version of [`look`]. Whoever keeps looks computes them anew when it differs: to be raised with every change of
/// `look` and with every update of the tables of Unicode behind it.
pub const LOOKS_VERSION: &str = "1";

/// A name as it is compared. Two names clash when either form is equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameKey {
    /// Equal for names that are the same.
    pub folded: String,
    /// Equal for names that look alike.
    pub look: String,
}

impl NameKey {
    /// The key of a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self { folded: fold(name), look: look(name) }
    }

    /// How this name clashes with another one.
    #[must_use]
    pub fn clash(&self, other: &Self) -> Option<NameClash> {
        if self.folded == other.folded {
            Some(NameClash::Taken)
        } else {
            (self.look == other.look).then_some(NameClash::LookAlike)
        }
    }
}

/// NFC: each letter in one piece with its marks, where Unicode has such a piece.
#[must_use]
pub fn compose(name: &str) -> String {
    name.nfc().collect()
}

/// NFKC, lower case, NFKC again, since lower case may undo it (UAX #15 §11).
#[must_use]
pub fn fold(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// What a name looks like in capitals and in small letters: the skeleton of UTS #39 §4 before folding, since a capital I
/// looks like a small l and its fold does not, and again after it. Invisible characters do not count, and a small i is
/// like the l that 1 and I are like: `Al1ce`.
#[must_use]
pub fn look(name: &str) -> String {
    let plain: String = name.nfkc().filter(|character| character.is_whitespace() || is_visible(*character)).collect();
    let as_written: String = skeleton(&plain).collect();
    let folded: String = skeleton(&fold(&as_written)).collect();
    fold(&folded).chars().map(|character| if character == 'i' { 'l' } else { character }).collect()
}

/// Names that nobody may take, however they are dressed up: punctuation, spaces and symbols do not count.
#[derive(Clone, Debug, Default)]
pub struct ReservedNames {
    looks: Vec<String>,
}

impl ReservedNames {
    /// Reserves these.
    #[must_use]
    pub fn new(names: &[String]) -> Self {
        let looks = names.iter().map(|name| bare_look(name)).filter(|look| !look.is_empty()).collect();
        Self { looks }
    }

    /// Whether nobody may take this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.looks.contains(&bare_look(name))
    }
}

/// The letters and digits of a look, without their marks.
fn bare_look(name: &str) -> String {
    look(name).nfd().filter(|character| character.is_alphanumeric()).collect()
}

/// The names that are shown somewhere right now.
#[derive(Clone, Default)]
pub struct LiveNames {
    /// By both forms of each name. At most two entries for each open connection. Innermost lock; held for one look-up.
    holders: Arc<Mutex<HashMap<String, Holder>>>,
}

struct Holder {
    user: UserId,
    claims: usize,
}

/// Why a name cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameClash {
    /// It is the name of somebody else.
    Taken,
    /// It looks like the name of somebody else.
    LookAlike,
}

/// Keeps a name for its user until it is dropped.
pub struct NameClaim {
    names: LiveNames,
    key: NameKey,
}

impl LiveNames {
    /// Shows a name for a user, unless it clashes with that of somebody else.
    ///
    /// # Errors
    /// [`NameClash`] with how they clash.
    pub fn claim(&self, user: &UserId, key: NameKey) -> Result<NameClaim, NameClash> {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        let is_held = |form: &String| holders.get(form).is_some_and(|holder| holder.user != *user);
        if is_held(&key.folded) {
            return Err(NameClash::Taken);
        }
        if is_held(&key.look) {
            return Err(NameClash::LookAlike);
        }
        for form in key.forms() {
            let holder = holders.entry(form.clone()).or_insert_with(|| Holder { user: user.clone(), claims: 0 });
            holder.claims += 1;
        }
        drop(holders);
        Ok(NameClaim { names: self.clone(), key })
    }
}

impl NameKey {
    /// Both forms, each once.
    fn forms(&self) -> impl Iterator<Item = &String> {
        [&self.look].into_iter().chain((self.folded != self.look).then_some(&self.folded))
    }
}

impl Drop for NameClaim {
    fn drop(&mut self) {
        let mut holders = self.names.holders.lock().unwrap_or_else(PoisonError::into_inner);
        for form in self.key.forms() {
            if let Some(holder) = holders.get_mut(form) {
                holder.claims -= 1;
                if holder.claims == 0 {
                    holders.remove(form);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
