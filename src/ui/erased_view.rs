//! Views without their types. Every distinct type of a view, of a closure's result or of a list brings its own copy of
//! the renderer into the browser: what changes while the page lives goes through the three kinds of this module. Not
//! leptos' `AnyView`, which also brings the code for hydrating asynchronously, which this page never does.

mod list;

use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::no_attrs;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::view::{Mountable, Position, PositionState};

pub use list::{ListEntry, list, list_entry};

/// A view of any type. In the browser a new one takes the place of the old one as a whole.
pub struct ErasedView(Kind);

enum Kind {
    /// On the server, which needs it as text.
    Html(AnyView),
    /// In the browser, which needs it as nodes.
    Nodes(Box<dyn Nodes>),
}

/// Makes an [`ErasedView`] of a view.
pub trait Erase {
    /// Forgets the type.
    fn erase(self) -> ErasedView;
}

impl<V: RenderHtml + 'static> Erase for V {
    fn erase(self) -> ErasedView {
        ErasedView(if cfg!(feature = "ssr") { Kind::Html(self.into_any()) } else { Kind::Nodes(Box::new(self)) })
    }
}

/// Something that is read again whenever a signal in it changes: a text, an attribute, or an erased view.
pub fn live<T>(read: impl Fn() -> T + Send + 'static) -> Box<dyn FnMut() -> T + Send> {
    Box::new(read)
}

/// Does something in the browser once the page is there, and again whenever a signal that it read changes. It is told
/// whether it runs for the first time.
pub fn effect(run: impl FnMut(EffectRun) + 'static) {
    fn start(mut run: Box<dyn FnMut(EffectRun)>) {
        Effect::new(move |before: Option<()>| run(if before.is_some() { EffectRun::Again } else { EffectRun::First }));
    }
    start(Box::new(run));
}

/// Which run of an [`effect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectRun {
    /// The page has just come alive, or the component has just been mounted.
    First,
    /// A signal changed.
    Again,
}

/// What the browser does with a view.
trait Nodes: Send {
    fn build(self: Box<Self>) -> Box<dyn Mountable>;
    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Box<dyn Mountable>;
}

impl<V: RenderHtml + 'static> Nodes for V {
    fn build(self: Box<Self>) -> Box<dyn Mountable> {
        const { assert!(V::EXISTS, "an erased view has a node to stand at") };
        Box::new(Render::build(*self))
    }

    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Box<dyn Mountable> {
        Box::new(RenderHtml::hydrate::<true>(*self, cursor, position))
    }
}

/// An [`ErasedView`] in the document.
pub struct Mounted(Box<dyn Mountable>);

impl Mountable for Mounted {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.0.elements()
    }
}

impl Render for ErasedView {
    type State = Mounted;

    fn build(self) -> Mounted {
        Mounted(match self.0 {
            Kind::Html(view) => Box::new(view.build()),
            Kind::Nodes(nodes) => nodes.build(),
        })
    }

    fn rebuild(self, state: &mut Mounted) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl RenderHtml for ErasedView {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        if let Kind::Html(view) = &mut self.0 {
            view.dry_resolve();
        }
    }

    async fn resolve(self) -> Self {
        match self.0 {
            Kind::Html(view) => Self(Kind::Html(view.resolve().await)),
            Kind::Nodes(_) => self,
        }
    }

    fn to_html_with_buf(
        self,
        buffer: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        if let Kind::Html(view) = self.0 {
            view.to_html_with_buf(buffer, position, escape, mark_branches, attributes);
        }
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Mounted {
        Mounted(match self.0 {
            Kind::Html(view) => Box::new(view.hydrate::<FROM_SERVER>(cursor, position)),
            Kind::Nodes(nodes) => nodes.hydrate(cursor, position),
        })
    }

    fn into_owned(self) -> Self {
        self
    }
}

no_attrs!(ErasedView);
