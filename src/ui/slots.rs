//! The slots of a page: where it shows something that belongs to its reader. On the server, a page that is drawn for
//! everybody is marked at its slots and cut there, so that the page of one reader is the same text with other slots. What
//! is not in a slot must look the same to every reader; a test of `ui::shell` holds it to that. In the browser a slot is
//! nothing.

use std::ops::Range;

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

use crate::ui::erased_view::{Erase, ErasedView};

/// What begins and what ends a mark, and the mark at the end of a slot. No view writes these: it escapes `<` in every text.
const MARK: (&str, &str) = ("<=", ">");
const END_MARK: &str = "</=>";

/// What stands in the document for a view that is missing.
const NOTHING: &str = "<!>";

/// Something that a page may show to its reader alone. Each is one or more elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Where one writes, or chooses a nickname first.
    Foot,
    /// The reader's own card.
    Me,
    /// A row of the conversation.
    Row,
    /// Somebody who is here.
    Person,
    /// How much of a room is unread.
    Unread,
}

/// The page that is being drawn is to be marked at its slots. A context.
#[derive(Clone, Copy)]
pub struct Marked;

/// Puts a view into a slot.
pub fn slot(slot: Slot, view: ErasedView) -> ErasedView {
    if cfg!(feature = "ssr") && use_context::<Marked>().is_some() { mark(slot, view) } else { view }
}

/// The same for a view that may be missing.
pub fn optional_slot(slot: Slot, view: Option<ErasedView>) -> Option<ErasedView> {
    if cfg!(feature = "ssr") && use_context::<Marked>().is_some() {
        Some(mark(slot, view.unwrap_or_else(|| InertElement::new(NOTHING).erase())))
    } else {
        view
    }
}

fn mark(slot: Slot, view: ErasedView) -> ErasedView {
    let begin = [MARK.0, slot.name(), MARK.1].concat();
    view! { {InertElement::new(begin)} {view} {InertElement::new(END_MARK)} }.erase()
}

/// A slot in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which slot.
    pub slot: Slot,
    /// How many of its kind come before it.
    pub index: usize,
    /// What it shows.
    pub range: Range<usize>,
}

/// Takes the marks out of HTML; tells where the slots are, in their order.
///
/// # Panics
/// When a mark is not one that [`slot`] makes, or a slot is in another one.
#[must_use]
pub fn cut(marked: &str) -> (String, Vec<Cut>) {
    let mut html = String::with_capacity(marked.len());
    let mut cuts = Vec::new();
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once(MARK.0) {
        let (name, after) = after.split_once(MARK.1).expect("a mark has an end");
        let (shown, after) = after.split_once(END_MARK).expect("a slot has an end");
        html.push_str(before);
        let start = html.len();
        html.push_str(shown);
        let slot = Slot::ALL.into_iter().find(|slot| slot.name() == name).expect("a slot has a name");
        let index = cuts.iter().filter(|cut: &&Cut| cut.slot == slot).count();
        cuts.push(Cut { slot, index, range: start..html.len() });
        rest = after;
    }
    html.push_str(rest);
    (html, cuts)
}

impl Slot {
    /// Every slot.
    const ALL: [Self; 5] = [Self::Foot, Self::Me, Self::Row, Self::Person, Self::Unread];

    /// What its mark says.
    const fn name(self) -> &'static str {
        match self {
            Self::Foot => "foot",
            Self::Me => "me",
            Self::Row => "row",
            Self::Person => "person",
            Self::Unread => "unread",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn() -> String {
        let name = "<=me></=>";
        view! {
            <ul>{slot(Slot::Row, view! { <li title=name>{name}</li> }.erase())}</ul>
            {optional_slot(Slot::Me, None)}
            {slot(Slot::Row, view! { <p>"tea"</p> }.erase())}
        }
        .to_html()
    }

    #[test]
    fn a_page_that_was_cut_is_the_page_and_its_slots_are_where_it_says() {
        let plain = drawn();
        let owner = Owner::new_root(None);
        let marked = owner.with(|| {
            provide_context(Marked);
            drawn()
        });
        assert_ne!(marked, plain);
        let (html, cuts) = cut(&marked);
        assert_eq!(html, plain, "what somebody wrote is no mark");
        let shown: Vec<_> = cuts.iter().map(|cut| (cut.slot, cut.index, &html[cut.range.clone()])).collect();
        let row = plain.strip_prefix("<ul>").and_then(|rest| rest.split_once("</ul>")).expect("a list").0;
        assert_eq!(shown, [(Slot::Row, 0, row), (Slot::Me, 0, "<!>"), (Slot::Row, 1, "<p>tea</p>")]);
    }
}
