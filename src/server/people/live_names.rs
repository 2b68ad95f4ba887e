//! The names that are shown somewhere right now. Not here: those whose owners are away (`log`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::protocol::UserId;
use crate::server::ground::names::{NameClash, NameKey};

/// The names that are shown somewhere right now.
#[derive(Clone, Default)]
pub struct LiveNames {
    /// Who is shown, by both forms by which a name is found. At most two entries for each open connection. Innermost lock;
    /// held for one look-up.
    holders: Arc<Mutex<HashMap<String, Vec<Holder>>>>,
}

struct Holder {
    user: UserId,
    key: Arc<NameKey>,
    claims: usize,
}

/// Keeps a name for its user until it is dropped.
pub struct NameClaim {
    names: LiveNames,
    user: UserId,
    key: Arc<NameKey>,
}

impl LiveNames {
    /// Shows a name for a user, unless it clashes with that of somebody else.
    ///
    /// # Errors
    /// [`NameClash`] with how they clash.
    pub fn claim(&self, user: &UserId, key: NameKey) -> Result<NameClaim, NameClash> {
        let key = Arc::new(key);
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        let near = forms(&key).filter_map(|form| holders.get(form)).flatten();
        let clashes = near.filter(|holder| holder.user != *user).filter_map(|holder| holder.key.clash(&key));
        // The same name is the better reason.
        if let Some(clash) = clashes.min_by_key(|clash| *clash != NameClash::Taken) {
            return Err(clash);
        }
        for form in forms(&key) {
            let holders = holders.entry(form.clone()).or_default();
            match holders.iter_mut().find(|holder| holder.is(user, &key)) {
                Some(holder) => holder.claims += 1,
                None => holders.push(Holder { user: user.clone(), key: Arc::clone(&key), claims: 1 }),
            }
        }
        drop(holders);
        Ok(NameClaim { names: self.clone(), user: user.clone(), key })
    }
}

impl Holder {
    fn is(&self, user: &UserId, key: &NameKey) -> bool {
        self.user == *user && *self.key == *key
    }
}

/// Both forms by which a name is found, each once.
fn forms(key: &NameKey) -> impl Iterator<Item = &String> {
    [&key.look].into_iter().chain((key.folded != key.look).then_some(&key.folded))
}

impl Drop for NameClaim {
    fn drop(&mut self) {
        let mut all = self.names.holders.lock().unwrap_or_else(PoisonError::into_inner);
        for form in forms(&self.key) {
            let Some(holders) = all.get_mut(form) else { continue };
            if let Some(index) = holders.iter().position(|holder| holder.is(&self.user, &self.key)) {
                holders[index].claims -= 1;
                if holders[index].claims == 0 {
                    holders.swap_remove(index);
                }
            }
            if holders.is_empty() {
                all.remove(form);
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
    fn a_name_is_held_by_one_person_in_any_number_of_tabs_until_the_last_one_closes() {
        let names = LiveNames::default();
        let claim = |id, name| names.claim(&user(id), NameKey::of(name));
        let first = claim("a", "Alice").ok().unwrap();
        let second = claim("a", "alice").ok().unwrap();
        assert_eq!(claim("b", "ALICE").err(), Some(NameClash::Taken));
        assert_eq!(claim("b", "аlice").err(), Some(NameClash::LookAlike));
        drop(first);
        assert!(claim("b", "Alice").is_err());
        drop(second);
        assert!(claim("b", "Alice").is_ok());
        assert!(names.holders.lock().unwrap().is_empty(), "whoever left is forgotten");
    }

    #[test]
    fn a_claim_that_fails_holds_nothing() {
        let names = LiveNames::default();
        let alice = names.claim(&user("a"), NameKey::of("Alice")).ok().unwrap();
        assert!(names.claim(&user("b"), NameKey::of("Al1ce")).is_err());
        drop(alice);
        assert!(names.holders.lock().unwrap().is_empty());
    }

    #[test]
    fn names_that_are_found_together_and_do_not_look_alike_are_held_side_by_side() {
        let names = LiveNames::default();
        let claim = |id, name| names.claim(&user(id), NameKey::of(name));
        let lisa = claim("a", "Lisa").ok().unwrap();
        let ilsa = claim("b", "Ilsa").ok().unwrap();
        assert_eq!(claim("c", "llsa").err(), Some(NameClash::LookAlike));
        assert_eq!(claim("c", "LISA").err(), Some(NameClash::Taken));
        drop(ilsa);
        assert!(claim("c", "llsa").is_ok(), "nobody is shown who looks like that");
        drop(lisa);
        assert!(names.holders.lock().unwrap().is_empty());
    }
}
