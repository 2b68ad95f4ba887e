//! The reader's nickname: chosen where the composer will be, changed and given back beside the people.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::notice::{FormNotice, notice_id};
use super::seal::{SealSize, seal};
use crate::client::element::element;
use crate::client::storage;
use crate::protocol::Person;
use crate::protocol::page::Form;
use crate::ui::erased_view::{Erase, ErasedView, effect, live};
use crate::ui::slots::{Slot, optional_slot};
use crate::ui::state::use_room_state;

/// The id of the form: without scripts, a field outside of it names a visitor's attempt (`ui::shell`).
pub const NICKNAME_FORM_ID: &str = "join";

/// The way in: stands where the composer will be.
#[component]
pub fn JoinForm() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    effect(move |_| _ = state.tell_blocked_cookies());
    view! {
        <section class="join" aria-labelledby="join-title">
            <h2 class="join__title" id="join-title">{words.join_title}</h2>
            <FormNotice form=Form::Nickname />
            <NicknameForm id="composer" label=words.join current=String::new() />
        </section>
    }
}

/// Who the reader is; with the forms to change the nickname and to give it back.
#[component]
pub fn Me() -> impl IntoView {
    let state = use_room_state();
    live(move || optional_slot(Slot::Me, state.me.get().map(me_card)))
}

/// The card of the reader.
pub fn me_card(me: Person) -> ErasedView {
    let state = use_room_state();
    let words = state.words();
    let nickname = me.nickname;
    let sign_out = move |event: SubmitEvent| {
        event.prevent_default();
        state.sign_out();
    };
    view! {
        <FormNotice form=Form::Nickname />
        <div class="me">
            {seal(state, &nickname, SealSize::Small)}
            <bdi class="me__name">{nickname.clone()}</bdi>
        </div>
        <details class="me__fold" open=!state.typed_into(Form::Nickname).is_empty()>
            <summary>{words.change_nickname}</summary>
            <NicknameForm id="nickname" label=words.save current=nickname />
        </details>
        <details class="me__fold">
            <summary>{words.sign_out}</summary>
            <p class="me__words">{state.sign_out_words()}</p>
            <form method="post" action="/sign-out" on:submit=sign_out>
                <input type="hidden" name="room" value=live(move || state.slug_text()) />
                <button class="button button--main">{words.sign_out}</button>
            </form>
        </details>
    }
    .erase()
}

#[component]
fn NicknameForm(
    /// The id of the field.
    id: &'static str,
    /// What the button says.
    label: &'static str,
    /// What stands in the field.
    current: String,
) -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    let refused = state.typed_into(Form::Nickname);
    let value = if refused.is_empty() { current } else { refused };
    let choose = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(field) = element::<HtmlInputElement>(id) {
            state.choose_nickname(field.value());
        }
    };
    suggest_last(id);
    view! {
        <form id=NICKNAME_FORM_ID method="post" action="/nickname" on:submit=choose>
            <input type="hidden" name="room" value=live(move || state.slug_text()) />
            <label class="field-label" for=id>{words.nickname}</label>
            <div class="field-row">
                <input
                    class="field"
                    id=id
                    name="nickname"
                    dir="auto"
                    required
                    autocomplete="nickname"
                    autocapitalize="off"
                    spellcheck="false"
                    value=value
                    aria-describedby=notice_id(Form::Nickname)
                    on:input=move |_| state.clear_notice(Form::Nickname)
                />
                <button class="button button--main">{label}</button>
            </div>
        </form>
    }
}

/// Puts the nickname of last time into an empty field.
fn suggest_last(id: &'static str) {
    effect(move |_| {
        if let (Some(field), Some(last)) = (element::<HtmlInputElement>(id), storage::nickname())
            && field.value().is_empty()
        {
            // What a field comes with is not what was typed into it.
            field.set_default_value(&last);
        }
    });
}
