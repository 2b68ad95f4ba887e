//! A person's seal: the first character of the nickname on the hue of the nickname.

use leptos::prelude::*;

use crate::model::text;

/// Hues that the style sheet has: a content security policy without inline styles needs a class for each.
const HUES: u16 = 24;

/// How large a seal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealSize {
    /// Beside a message.
    Regular,
    /// In a list.
    Small,
}

/// A decoration: the nickname is always beside it.
#[component]
pub fn Seal(
    /// Whose.
    nickname: String,
    /// How large.
    size: SealSize,
) -> impl IntoView {
    let hue = text::hue(&nickname) * HUES / 360;
    let size = match size {
        SealSize::Regular => "",
        SealSize::Small => " seal--small",
    };
    view! {
        <span class=format!("seal seal--hue-{hue}{size}") aria-hidden="true">
            {text::initial(&nickname)}
        </span>
    }
}
