//! Who is writing.

use leptos::prelude::*;

use crate::model::conversation::typing::Typing;
use crate::ui::cell::Derived;
use crate::ui::erased_view::live;
use crate::ui::i18n::{Words, fill, isolated};
use crate::ui::state::use_room_state;

/// One line, empty most of the time. Not a live region: it would chatter.
#[component]
pub fn TypingLine() -> impl IntoView {
    let state = use_room_state();
    let line = Derived::new(move || state.typing.with(|typing| describe(state.words(), typing)));
    view! { <p class="typing" translate="no">{live(move || line.get())}</p> }
}

fn describe(words: &Words, typing: &Typing) -> String {
    let nicknames: Vec<_> = typing.nicknames().collect();
    match nicknames[..] {
        [] => String::new(),
        [a] => fill(words.typing_one, &[("{a}", &isolated(a))]),
        [a, b] => fill(words.typing_two, &[("{a}", &isolated(a)), ("{b}", &isolated(b))]),
        _ => words.typing_many.with(nicknames.len() + typing.unnamed() as usize),
    }
}
