//! The name of a person, which leads to their card (`ui::panels`).

use leptos::prelude::*;

use crate::model::address;
use crate::protocol::UserId;
use crate::ui::erased_view::{Erase, ErasedView};

/// One type of view for all places.
pub fn person_name(class: &'static str, user: &UserId, nickname: String) -> ErasedView {
    view! {
        <a class=class href=address::profile(user) data-panel="">
            <bdi>{nickname}</bdi>
        </a>
    }
    .erase()
}
