//! Where one writes. Never disabled: what cannot be sent now is kept and sent later, what is refused stays in the field.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::edits::ChangeNotice;
use super::icon::{Picture, icon};
use super::notice::{FormNotice, notice_id};
use super::replies::ReplyNotice;
use crate::client::element::focus;
use crate::model::address;
use crate::model::text;
use crate::protocol::page::Form;
use crate::protocol::{ErrorCode, Refusal};
use crate::ui::cell::Cell;
use crate::ui::erased_view::{effect, live};
use crate::ui::i18n;
use crate::ui::state::{RoomState, use_room_state};

/// The id of the form: without scripts, a field outside of it names the message (`ui::shell`).
pub const POST_FORM_ID: &str = "post";

/// How near the limit the rest is counted, on either side.
const COUNTED_GRAPHEMES: u32 = 200;

/// The form for a message. What Enter does in it, and the button that changes that, is `ui/shell/habits.js`.
#[component]
pub fn Composer() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    effect(move |_| state.composer_came());
    let rest = Cell::new(Rest::Enough);
    effect(move |_| rest.set(state.draft.with(|draft| Rest::of(state, draft.text()))));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        state.post_message();
        // The button took the focus, and on a phone the keyboard went with it.
        focus("composer");
    };
    let input = move |event| state.typed(event_target_value(&event));
    view! {
        <ChangeNotice />
        <ReplyNotice />
        <FormNotice form=Form::Post />
        <form class="composer" id=POST_FORM_ID method="post" action=live(move || state.room.with(|room| address::post(&room.slug))) on:submit=submit>
            <textarea
                class="composer__text"
                id="composer"
                name="text"
                rows="1"
                dir="auto"
                aria-label=words.message_field
                aria-describedby=notice_id(Form::Post)
                placeholder=words.message_placeholder
                inner_html=as_field_content(&state.typed_into(Form::Post))
                on:input=input
            ></textarea>
            <button class="button button--main button--icon" aria-label=words.send>
                {icon(Picture::Send)}
            </button>
        </form>
        <p class="composer__hint">
            <button type="button" class="composer__keys">
                <span>{words.keys_send}<span>{words.keys_send_line}</span></span>
                <span>{words.keys_line}<span>{words.keys_line_send}</span></span>
            </button>
            <a href=address::FORMATTING data-panel="">{words.formatting_help}</a>
            <span translate="no" class=live(move || rest.get().class().to_owned()) role=live(move || rest.get().role())>
                {live(move || rest.get().words(state))}
            </span>
        </p>
    }
}

/// How much room there is for what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Enough,
    Left(u32),
    Over(u32),
    /// Over by so much that it was not counted to the end.
    FarOver,
}

impl Rest {
    /// The work is bounded by the limit, however long the text is: this runs at every key.
    fn of(state: RoomState, typed: &str) -> Self {
        Self::within(state.limits.get_untracked().message_graphemes, typed)
    }

    fn within(most: u32, typed: &str) -> Self {
        // A grapheme is at least a byte: most messages need no counting.
        if most == 0 || typed.len() + (COUNTED_GRAPHEMES as usize) < most as usize {
            return Self::Enough;
        }
        let mut counted_bytes = 2 * most as usize;
        loop {
            let counted = &typed[..typed.floor_char_boundary(counted_bytes)];
            let graphemes = text::graphemes(counted);
            match graphemes {
                _ if graphemes > most + COUNTED_GRAPHEMES => return Self::FarOver,
                _ if counted.len() < typed.len() => counted_bytes *= 2,
                _ if graphemes > most => return Self::Over(graphemes - most),
                _ if most - graphemes <= COUNTED_GRAPHEMES => return Self::Left(most - graphemes),
                _ => return Self::Enough,
            }
        }
    }

    const fn class(self) -> &'static str {
        if let Self::Over(_) | Self::FarOver = self { "composer__length--over" } else { "" }
    }

    const fn role(self) -> Option<&'static str> {
        if let Self::Over(_) | Self::FarOver = self { Some("status") } else { None }
    }

    fn words(self, state: RoomState) -> String {
        match self {
            Self::Enough => String::new(),
            Self::Left(graphemes) => state.words().graphemes_left.with(graphemes as usize),
            Self::Over(graphemes) => state.words().graphemes_over.with(graphemes as usize),
            Self::FarOver => i18n::refusal(state.language, Refusal::permanent(ErrorCode::MessageTooLong)),
        }
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
    fn what_is_far_too_long_is_known_to_be_without_being_counted_to_the_end() {
        for (typed, rest) in [
            ("a".repeat(700), Rest::Enough),
            ("a".repeat(800), Rest::Left(200)),
            ("字".repeat(1_000), Rest::Left(0)),
            ("字".repeat(1_001), Rest::Over(1)),
            ("a".repeat(1_200), Rest::Over(200)),
            ("a".repeat(1_201), Rest::FarOver),
            ("字".repeat(1_000_000), Rest::FarOver),
            ("👩\u{200D}👩\u{200D}👧".repeat(1_000), Rest::Left(0)),
        ] {
            assert_eq!(Rest::within(1_000, &typed), rest, "{} bytes", typed.len());
        }
        assert_eq!(Rest::within(0, &"a".repeat(100_000)), Rest::Enough);
    }

    #[test]
    fn what_was_typed_cannot_end_the_field_that_shows_it_again() {
        assert_eq!(as_field_content("</textarea><b>&lt;"), "&lt;/textarea&gt;&lt;b&gt;&amp;lt;");
    }
}
