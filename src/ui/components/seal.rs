//! A person's seal: the first character of the nickname on a hue that tells its bearer apart from the others who are here.

use leptos::prelude::*;

use crate::model::text;
use crate::ui::erased_view::live;
use crate::ui::state::use_room_state;

/// How large a seal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealSize {
    /// Beside a message.
    Regular,
    /// In a list.
    Small,
}

/// A decoration: the nickname is always beside it. The style sheet has a class for each hue, since the content security
/// policy allows no inline styles.
#[component]
pub fn Seal(
    /// Whose.
    nickname: String,
    /// How large.
    size: SealSize,
) -> impl IntoView {
    let state = use_room_state();
    let size = match size {
        SealSize::Regular => "",
        SealSize::Small => " seal--small",
    };
    let initial = text::initial(&nickname);
    let class = move || {
        let hue = state.roster.with(|roster| roster.hue(&nickname)).to_string();
        ["seal seal--hue-", &hue, size].concat()
    };
    view! { <span class=live(class) aria-hidden="true">{initial}</span> }
}
