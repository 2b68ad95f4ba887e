//! Where one writes. Never disabled: what cannot be sent now is kept and sent later, what is refused stays in the field.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;

use super::icon::{Icon, Picture};
use super::notice::{FormNotice, notice_id};
use crate::model::address;
use crate::model::text;
use crate::protocol::page::Form;
use crate::ui::piece::{effect, live};
use crate::ui::state::{RoomState, fresh_id, use_room_state};

/// How near the limit the rest is counted.
const COUNTED_GRAPHEMES: u32 = 200;

/// `keyCode` of a key that an input method took (UI Events, §7.3.1); some browsers end the composition before they say so.
const KEY_CODE_COMPOSING: u32 = 229;

/// The form for a line.
#[component]
pub fn Composer() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    let posted = state.posted.with_value(|posted| posted.as_ref().and_then(|notice| notice.client_message_id.clone()));
    let line_id = posted.map(|id| id.to_string()).or_else(fresh_id);
    effect(move |_| state.composer_came());
    let rest = move || state.draft.with(|draft| rest(state, draft.text()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        state.say();
    };
    let key = move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            state.say();
        }
    };
    let input = move |event| state.typed(event_target_value(&event));
    view! {
        <FormNotice form=Form::Say />
        <form class="composer" method="post" action=live(move || state.room.with(|room| address::say(&room.slug))) on:submit=submit>
            <input type="hidden" name="client_message_id" value=line_id />
            <div class="composer__grow" data-text=live(move || state.draft.with(|draft| draft.text().to_owned()))>
                <textarea
                    class="composer__text"
                    id="composer"
                    name="text"
                    rows="1"
                    aria-label=words.message_field
                    aria-describedby=notice_id(Form::Say)
                    placeholder=words.message_placeholder
                    enterkeyhint="send"
                    inner_html=as_field_content(&state.typed_into(Form::Say))
                    on:input=input
                    on:keydown=key
                ></textarea>
            </div>
            <button class="button button--main button--icon" aria-label=words.send>
                <Icon picture=Picture::Send />
            </button>
        </form>
        <p class="composer__hint">
            <span class="composer__keys">{words.keys}</span>
            <span class=live(move || rest().class().to_owned()) role=live(move || rest().role())>
                {live(move || rest().words(state))}
            </span>
        </p>
    }
}

/// Enter sends, unless it starts a new line (Shift) or ends a composition of an input method.
fn sends(event: &KeyboardEvent) -> bool {
    event.key() == "Enter" && !event.shift_key() && !event.is_composing() && event.key_code() != KEY_CODE_COMPOSING
}

/// How much room there is for what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Enough,
    Left(u32),
    Over(u32),
}

impl Rest {
    const fn class(self) -> &'static str {
        if let Self::Over(_) = self { "composer__length--over" } else { "" }
    }

    const fn role(self) -> Option<&'static str> {
        if let Self::Over(_) = self { Some("status") } else { None }
    }

    fn words(self, state: RoomState) -> String {
        match self {
            Self::Enough => String::new(),
            Self::Left(graphemes) => state.words().graphemes_left.with(graphemes as usize),
            Self::Over(graphemes) => state.words().graphemes_over.with(graphemes as usize),
        }
    }
}

fn rest(state: RoomState, typed: &str) -> Rest {
    let most = state.limits.get().message_graphemes;
    // A grapheme is at least a byte: most lines need no counting.
    if most == 0 || typed.len() + (COUNTED_GRAPHEMES as usize) < most as usize {
        return Rest::Enough;
    }
    match text::graphemes(typed) {
        graphemes if graphemes > most => Rest::Over(graphemes - most),
        graphemes if most - graphemes <= COUNTED_GRAPHEMES => Rest::Left(most - graphemes),
        _ => Rest::Enough,
    }
}

/// The content of a `<textarea>` is not escaped by the renderer, unlike all other text.
fn as_field_content(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_cannot_end_the_field_that_shows_it_again() {
        assert_eq!(as_field_content("</textarea><b>&lt;"), "&lt;/textarea&gt;&lt;b&gt;&amp;lt;");
    }
}
