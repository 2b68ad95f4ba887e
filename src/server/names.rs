//! Comparing names: two names are the same when their folds are equal, and look alike when their skeletons are.
//! The tables behind it are large, so they live on the server only. Not here: which characters a name may hold
//! (`model::text`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::protocol::UserId;

/// The form in which nicknames are compared: NFKC, lower case, NFKC again, since lower case may undo it (UAX #15 §11).
#[must_use]
pub fn fold(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// What a name looks like: the skeleton of UTS #39 §4 over the folded name.
#[must_use]
pub fn look(name: &str) -> String {
    skeleton(&fold(name)).collect()
}

/// The names that are shown somewhere right now, by their looks.
#[derive(Clone, Default)]
pub struct LiveNames {
    /// Innermost lock; held for one look-up.
    by_look: Arc<Mutex<HashMap<String, Holder>>>,
}

struct Holder {
    user: UserId,
    folded: String,
    claims: usize,
}

/// Why a name cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameClash {
    /// Somebody else is here under this name.
    Taken,
    /// Somebody else is here under a name that looks the same.
    LookAlike,
}

/// Keeps a name for its user until it is dropped.
pub struct NameClaim {
    names: LiveNames,
    look: String,
}

impl LiveNames {
    /// Shows a name for a user, unless it clashes with that of somebody else.
    ///
    /// # Errors
    /// [`NameClash`] with how they clash.
    pub fn claim(&self, user: &UserId, nickname: &str) -> Result<NameClaim, NameClash> {
        let look = look(nickname);
        let mut by_look = self.by_look.lock().unwrap_or_else(PoisonError::into_inner);
        let holder = by_look.entry(look.clone()).or_insert_with(|| Holder {
            user: user.clone(),
            folded: fold(nickname),
            claims: 0,
        });
        if holder.user != *user {
            return Err(clash(holder, nickname));
        }
        holder.claims += 1;
        drop(by_look);
        Ok(NameClaim { names: self.clone(), look })
    }
}

fn clash(holder: &Holder, nickname: &str) -> NameClash {
    if holder.folded == fold(nickname) { NameClash::Taken } else { NameClash::LookAlike }
}

impl Drop for NameClaim {
    fn drop(&mut self) {
        let mut by_look = self.names.by_look.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(holder) = by_look.get_mut(&self.look) {
            holder.claims -= 1;
            if holder.claims == 0 {
                by_look.remove(&self.look);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    #[test]
    fn width_and_case_do_not_make_another_name() {
        assert_eq!(fold("Ａｌｉｃｅ"), fold("alice"));
        assert_eq!(fold("STRASSE"), fold("strasse"));
        assert_ne!(fold("小明"), fold("小红"));
    }

    #[test]
    fn a_cyrillic_twin_looks_alike() {
        assert_eq!(look("аlice"), look("alice"));
        assert_ne!(look("bob"), look("alice"));
    }

    #[test]
    fn a_name_is_held_by_one_person_in_any_number_of_tabs_until_the_last_one_closes() {
        let names = LiveNames::default();
        let first = names.claim(&user("a"), "Alice").ok().unwrap();
        let second = names.claim(&user("a"), "alice").ok().unwrap();
        assert_eq!(names.claim(&user("b"), "ALICE").err(), Some(NameClash::Taken));
        assert_eq!(names.claim(&user("b"), "аlice").err(), Some(NameClash::LookAlike));
        drop(first);
        assert!(names.claim(&user("b"), "Alice").is_err());
        drop(second);
        assert!(names.claim(&user("b"), "Alice").is_ok());
    }
}
