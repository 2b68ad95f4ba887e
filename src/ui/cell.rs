//! Signals without their types. Every distinct type in a leptos signal or memo brings its own copy of the reactive
//! machinery into the browser, some 2 KB: here all values lie in one type of signal, behind thin typed doors.
//! Used by `ui` alone, in place of `RwSignal`, `Memo` and `StoredValue`.

use std::any::Any;
use std::marker::PhantomData;

use leptos::prelude::*;

/// A value that is followed by whoever read it: it tells them when it changes. Copy, as `RwSignal` is: the value belongs to
/// the component that made it, and lives as long.
pub struct Cell<T> {
    value: Slot,
    of: PhantomData<fn() -> T>,
}

/// A value that is worked out again when a cell that it read has changed, and tells only when it has become another one.
pub struct Derived<T> {
    /// Where the last value lies. Nothing follows it there: it changes only while `upkeep` runs.
    cell: Cell<T>,
    upkeep: Memo<()>,
}

/// The one type of signal.
type Slot = RwSignal<Erased>;

/// A value of any type; which, its cell knows.
struct Erased(Box<dyn Any + Send + Sync>);

impl Erased {
    fn of<T: Send + Sync + 'static>(value: T) -> Self {
        Self(Box::new(value))
    }

    fn get<T: 'static>(&self) -> &T {
        self.0.downcast_ref().expect(KEEPS_ITS_TYPE)
    }

    fn get_mut<T: 'static>(&mut self) -> &mut T {
        self.0.downcast_mut().expect(KEEPS_ITS_TYPE)
    }
}

const KEEPS_ITS_TYPE: &str = "a cell only takes values of its own type";

impl<T> Clone for Cell<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Cell<T> {}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Derived<T> {}

impl<T: Send + Sync + 'static> Cell<T> {
    /// A cell of the component that is being made.
    pub fn new(value: T) -> Self {
        Self { value: Slot::new(Erased::of(value)), of: PhantomData }
    }

    /// Reads the value and follows it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(self.value.read().get())
    }

    /// Reads the value without following it.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(self.value.read_untracked().get())
    }

    /// A copy of the value, which is followed.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of the value, which is not followed.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// Changes the value, and tells whoever follows it. `change` must not ask for this cell again.
    pub fn update<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        change(self.value.write().get_mut())
    }

    /// Changes the value and tells nobody. `change` must not ask for this cell again.
    pub fn update_untracked<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        change(self.value.write_untracked().get_mut())
    }

    /// Puts another value in, and tells whoever follows it.
    pub fn set(self, value: T) {
        fn set(slot: Slot, value: Erased) {
            slot.set(value);
        }
        set(self.value, Erased::of(value));
    }
}

impl<T: PartialEq + Send + Sync + 'static> Derived<T> {
    /// `read` works the value out; it is called before somebody reads it for the first time, and again after a cell that it
    /// read has changed.
    pub fn new(read: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self::keep(Box::new(read))
    }

    fn keep(read: Box<dyn Fn() -> T + Send + Sync>) -> Self {
        let slot = Slot::new(Erased::of(()));
        let upkeep = upkeep(Box::new(move || {
            let value = read();
            let is_new = slot.read_untracked().0.downcast_ref() != Some(&value);
            if is_new {
                *slot.write_untracked() = Erased::of(value);
            }
            is_new
        }));
        Self { cell: Cell { value: slot, of: PhantomData }, upkeep }
    }

    /// Reads the value and follows it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.upkeep.get();
        self.cell.with_untracked(read)
    }

    /// Reads the value without following it.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.upkeep.get_untracked();
        self.cell.with_untracked(read)
    }

    /// A copy of the value, which is followed.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }
}

/// The one type of memo: `refresh` says whether the value has become another one.
fn upkeep(refresh: Box<dyn Fn() -> bool + Send + Sync>) -> Memo<()> {
    Memo::new_owning(move |_| ((), refresh()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A derived value that counts how often it is worked out.
    fn counted<T: PartialEq + Send + Sync + 'static>(
        read: impl Fn() -> T + Send + Sync + 'static,
    ) -> (Derived<T>, impl Fn() -> usize) {
        let runs = Arc::new(AtomicUsize::new(0));
        let counter = runs.clone();
        let derived = Derived::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            read()
        });
        (derived, move || runs.load(Ordering::Relaxed))
    }

    #[test]
    fn a_derived_value_is_worked_out_again_only_after_a_change_of_what_it_read() {
        Owner::new().with(|| {
            let (cell, other) = (Cell::new(1), Cell::new("tea".to_owned()));
            let (double, runs) = counted(move || 2 * cell.get());
            assert_eq!(runs(), 0, "nobody has asked yet");
            assert_eq!((double.get(), double.get(), runs()), (2, 2, 1));
            other.update(|text| text.push_str("house"));
            cell.update_untracked(|value| *value = 3);
            assert_eq!((double.get(), runs()), (2, 1), "nobody was told");
            cell.set(5);
            assert_eq!((double.get(), runs()), (10, 2));
            assert_eq!(double.with_untracked(ToString::to_string), "10");
        });
    }

    #[test]
    fn a_derived_value_that_stays_the_same_tells_nobody() {
        Owner::new().with(|| {
            let cell = Cell::new(vec!["ann"]);
            let count = Derived::new(move || cell.with(Vec::len));
            let (words, runs) = counted(move || count.get().to_string());
            assert_eq!(words.get(), "1");
            cell.set(vec!["bo"]);
            assert_eq!((words.get(), runs()), ("1".to_owned(), 1));
            cell.update(|names| names.push("cy"));
            assert_eq!((words.get(), runs()), ("2".to_owned(), 2));
        });
    }
}
