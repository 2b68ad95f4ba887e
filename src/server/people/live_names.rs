//! The names that are shown by some connection right now. Not here: names whose owners are away (`log`).

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::UserId;
use crate::server::ground::names::{NameClash, NameKey};

/// The names that are shown by some connection right now.
#[derive(Clone, Default)]
pub struct LiveNames {
    /// Innermost lock; held for one look-up.
    shown: Arc<Mutex<Shown>>,
}

/// Bound: at most one holder for each open connection, and two forms for each holder.
#[derive(Default)]
struct Shown {
    holders: BTreeMap<HolderNumber, Holder>,
    /// Both forms by which a holder is found. Only their hashes are kept, since this memory counts in a crowd. A collision
    /// costs one needless comparison.
    forms: BTreeSet<(FormHash, HolderNumber)>,
    hasher: RandomState,
    last: HolderNumber,
}

/// Holders are numbered; no number is used twice.
type HolderNumber = u64;

type FormHash = u64;

/// One person under one name.
struct Holder {
    user: UserId,
    key: NameKey,
    claims: usize,
}

/// Keeps a name for its user until it is dropped.
pub struct NameClaim {
    names: LiveNames,
    holder: HolderNumber,
}

impl LiveNames {
    /// Shows a name for a user, unless it clashes with that of somebody else.
    ///
    /// # Errors
    /// [`NameClash`] with the kind of the clash.
    pub fn claim(&self, user: &UserId, key: NameKey) -> Result<NameClaim, NameClash> {
        let holder = self.lock().claim(user, key)?;
        Ok(NameClaim { names: self.clone(), holder })
    }

    /// The maps are whole after every operation, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    fn claim(&mut self, user: &UserId, key: NameKey) -> Result<HolderNumber, NameClash> {
        let forms = self.forms_of(&key);
        let near = || {
            let numbers = forms.iter().flat_map(|form| self.forms.range((*form, 0)..=(*form, HolderNumber::MAX)));
            numbers.map(|(_, number)| (*number, &self.holders[number]))
        };
        let clashes =
            near().filter(|(_, holder)| holder.user != *user).filter_map(|(_, holder)| holder.key.clash(&key));
        // The same name explains more than a similar one.
        if let Some(clash) = clashes.min_by_key(|clash| *clash != NameClash::Taken) {
            return Err(clash);
        }
        let own = near().find(|(_, holder)| holder.user == *user && holder.key == key).map(|(number, _)| number);
        let number = own.unwrap_or_else(|| {
            self.last += 1;
            self.forms.extend(forms.map(|form| (form, self.last)));
            self.holders.insert(self.last, Holder { user: user.clone(), key, claims: 0 });
            self.last
        });
        if let Some(holder) = self.holders.get_mut(&number) {
            holder.claims += 1;
        }
        Ok(number)
    }

    fn give_back(&mut self, number: HolderNumber) {
        let Some(holder) = self.holders.get_mut(&number) else { return };
        holder.claims -= 1;
        if holder.claims == 0
            && let Some(holder) = self.holders.remove(&number)
        {
            for form in self.forms_of(&holder.key) {
                self.forms.remove(&(form, number));
            }
        }
    }

    /// The two forms by which a name is found. They may be equal.
    fn forms_of(&self, key: &NameKey) -> [FormHash; 2] {
        [self.hasher.hash_one(&*key.folded), self.hasher.hash_one(&*key.look())]
    }
}

impl Drop for NameClaim {
    fn drop(&mut self) {
        self.names.lock().give_back(self.holder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    impl LiveNames {
        fn is_empty(&self) -> bool {
            let shown = self.lock();
            shown.holders.is_empty() && shown.forms.is_empty()
        }
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
        assert!(names.is_empty(), "whoever left is forgotten");
    }

    #[test]
    fn whoever_is_shown_twice_is_kept_once() {
        let names = LiveNames::default();
        let _claims = ["Al1ce", "al1ce"].map(|name| names.claim(&user("a"), NameKey::of(name)).ok().unwrap());
        let _bo = names.claim(&user("b"), NameKey::of("bo")).ok().unwrap();
        let shown = names.lock();
        let holders: Vec<_> = shown.holders.values().map(|holder| (holder.user.as_str(), holder.claims)).collect();
        assert_eq!((holders, shown.forms.len()), (vec![("a", 2), ("b", 1)], 3));
    }

    #[test]
    fn a_claim_that_fails_holds_nothing() {
        let names = LiveNames::default();
        let alice = names.claim(&user("a"), NameKey::of("Alice")).ok().unwrap();
        assert!(names.claim(&user("b"), NameKey::of("Al1ce")).is_err());
        drop(alice);
        assert!(names.is_empty());
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
        assert!(names.is_empty());
    }
}
