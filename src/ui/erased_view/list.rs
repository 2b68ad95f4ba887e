//! A list of views that keeps the nodes of the entries that stay. Not leptos' `For`: that one keeps a little of every entry
//! that it ever showed, which is a lot where messages come and go all day, and its code is larger.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::no_attrs;
use leptos::tachys::renderer::types::{Element, Node, Placeholder};
use leptos::tachys::renderer::{CastFrom, Rndr};
use leptos::tachys::view::{Mountable, Position, PositionState};

use super::{ErasedView, Mounted, live};

/// An owner keeps a weak reference to every child that it ever had. So the owners of entries are children of an owner between
/// them and the list, which is replaced after so many.
const CHILDREN_MAX: usize = 256;

/// An entry of a [`list`]. Shared with whoever made it, so that a list of the same entries costs no memory anew.
pub trait ListEntry: Send + Sync {
    /// Unique in the list, and another when anything that is shown changes; only then is `show` called anew.
    fn key(&self) -> &Arc<str>;
    /// Shows it as one element.
    fn show(&self) -> ErasedView;
}

/// An entry with this key, which is shown so.
pub fn list_entry(
    key: impl Into<Arc<str>>,
    show: impl Fn() -> ErasedView + Send + Sync + 'static,
) -> Arc<dyn ListEntry> {
    Arc::new(ShownBy { key: key.into(), show: Box::new(show) })
}

struct ShownBy {
    key: Arc<str>,
    show: Box<dyn Fn() -> ErasedView + Send + Sync>,
}

impl ListEntry for ShownBy {
    fn key(&self) -> &Arc<str> {
        &self.key
    }

    fn show(&self) -> ErasedView {
        (self.show)()
    }
}

/// A list that keeps the nodes of the entries that stay.
pub fn list(entries: impl Fn() -> Vec<Arc<dyn ListEntry>> + Send + 'static) -> impl IntoView {
    let entries: Box<dyn Fn() -> Vec<Arc<dyn ListEntry>> + Send> = Box::new(entries);
    // Not the owner of the effect that reads the entries, which is cleared whenever they change.
    let owner = Owner::current().expect("a list belongs to a component");
    live(move || List { entries: entries(), owner: owner.clone() })
}

struct List {
    entries: Vec<Arc<dyn ListEntry>>,
    owner: Owner,
}

/// A [`List`] in the document.
struct Listed {
    /// None before it is mounted.
    parent: Option<Element>,
    shown: Vec<Shown>,
    /// Stands behind the last entry.
    marker: Placeholder,
    owners: Owners,
}

/// An entry in the document.
struct Shown {
    key: Arc<str>,
    mounted: Mounted,
    /// Of what the entry made, and the one above it, which must live as long.
    _owners: (Owner, Owner),
}

/// Makes the owners of entries.
struct Owners {
    list: Owner,
    between: Owner,
    children: usize,
}

impl Owners {
    fn of(list: Owner) -> Self {
        Self { between: list.child(), list, children: 0 }
    }

    fn next(&mut self) -> (Owner, Owner) {
        if self.children == CHILDREN_MAX {
            self.between = self.list.child();
            self.children = 0;
        }
        self.children += 1;
        (self.between.child(), self.between.clone())
    }

    fn show(&mut self, entry: &dyn ListEntry, mount: impl FnOnce(ErasedView) -> Mounted) -> Shown {
        let owners = self.next();
        let mounted = owners.0.with(|| mount(entry.show()));
        Shown { key: Arc::clone(entry.key()), mounted, _owners: owners }
    }
}

impl Listed {
    /// Takes the most frequent change: entries went at the beginning, and others came at the end. Returns whether it was one.
    fn advance(&mut self, entries: &[Arc<dyn ListEntry>]) -> bool {
        let is_of = |shown: &Shown, entry: &Arc<dyn ListEntry>| Arc::ptr_eq(&shown.key, entry.key());
        let Some(first) = entries.first() else { return false };
        let Some(gone) = self.shown.iter().position(|shown| is_of(shown, first)) else { return false };
        let kept = self.shown.len() - gone;
        let are_kept =
            kept <= entries.len() && self.shown[gone..].iter().zip(entries).all(|(shown, entry)| is_of(shown, entry));
        let Some(parent) = self.parent.clone().filter(|_| are_kept) else { return false };
        self.shown.drain(..gone).for_each(|mut gone| gone.mounted.unmount());
        for entry in &entries[kept..] {
            let mut new = self.owners.show(&**entry, Render::build);
            new.mounted.mount(&parent, Some(self.marker.as_ref()));
            self.shown.push(new);
        }
        true
    }

    /// Puts the entries that are new or come in another order where they belong. `was_at` tells of each where it was before.
    fn arrange(&mut self, was_at: &[Option<usize>]) {
        let Some(parent) = self.parent.clone() else { return };
        let mut behind = usize::MAX;
        for (index, was_at) in was_at.iter().enumerate().rev() {
            match was_at {
                Some(was_at) if *was_at < behind => behind = *was_at,
                _ => {
                    let next = self.shown.get(index + 1).and_then(|shown| shown.mounted.elements().into_iter().next());
                    let next: &Node = next.as_ref().map_or(self.marker.as_ref(), AsRef::as_ref);
                    self.shown[index].mounted.mount(&parent, Some(next));
                }
            }
        }
    }
}

impl Render for List {
    type State = Listed;

    fn build(self) -> Listed {
        let mut owners = Owners::of(self.owner);
        let shown = self.entries.iter().map(|entry| owners.show(&**entry, Render::build)).collect();
        Listed { parent: None, shown, marker: Rndr::create_placeholder(), owners }
    }

    fn rebuild(self, state: &mut Listed) {
        if state.advance(&self.entries) {
            return;
        }
        let mut before: Vec<Option<Shown>> = std::mem::take(&mut state.shown).into_iter().map(Some).collect();
        let mut was_at = Vec::with_capacity(self.entries.len());
        // Entries that stay are mostly in the same order, so the next one is looked for behind the last one.
        let mut start = 0;
        for entry in self.entries {
            let is_key = |key: &Arc<str>| Arc::ptr_eq(key, entry.key()) || key == entry.key();
            let has_key = |index: &usize| before[*index].as_ref().is_some_and(|shown| is_key(&shown.key));
            let place = (start..before.len()).chain(0..start).find(has_key);
            let kept = place.and_then(|place| before[place].take());
            start = place.map_or(start, |place| place + 1);
            was_at.push(place);
            state.shown.push(match kept {
                Some(shown) => shown,
                None => state.owners.show(&*entry, Render::build),
            });
        }
        before.into_iter().flatten().for_each(|mut gone| gone.mounted.unmount());
        state.arrange(&was_at);
    }
}

impl RenderHtml for List {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        buffer: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        let mut owners = Owners::of(self.owner);
        for entry in self.entries {
            let (owner, _above) = owners.next();
            owner.with(|| {
                let view = entry.show();
                view.to_html_with_buf(buffer, position, escape, mark_branches, attributes.clone());
            });
            *position = Position::NextChild;
        }
        buffer.push_str("<!>");
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Listed {
        let current = cursor.current();
        let parent = if position.get() == Position::FirstChild { Some(current) } else { Rndr::get_parent(&current) };
        let mut owners = Owners::of(self.owner);
        let mut shown = Vec::with_capacity(self.entries.len());
        for entry in self.entries {
            shown.push(owners.show(&*entry, |view| view.hydrate::<FROM_SERVER>(cursor, position)));
        }
        let marker = cursor.next_placeholder(position);
        position.set(Position::NextChild);
        let parent = parent.and_then(Element::cast_from).expect("what is hydrated is in the document");
        Listed { parent: Some(parent), shown, marker, owners }
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl Mountable for Listed {
    fn unmount(&mut self) {
        self.parent = None;
        self.shown.iter_mut().for_each(|shown| shown.mounted.unmount());
        self.marker.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.parent = Some(parent.clone());
        self.shown.iter_mut().for_each(|shown| shown.mounted.mount(parent, marker));
        self.marker.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.shown.first() {
            Some(first) => first.mounted.insert_before_this(child),
            None => self.marker.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<Element> {
        self.shown.iter().flat_map(|shown| shown.mounted.elements()).collect()
    }
}

no_attrs!(List);
