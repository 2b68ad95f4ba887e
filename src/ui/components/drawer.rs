//! The buttons of the drawers. A drawer is a popover: the browser opens and closes it, by Escape too, without any script;
//! where there is room for a column, the style sheet shows it always and hides the buttons.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

/// Opens a drawer; shown only where the drawer is not a column.
#[component]
pub fn DrawerButton(
    /// The id of the drawer.
    drawer: &'static str,
    /// What it is called.
    label: &'static str,
    /// Its picture.
    picture: Picture,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("button button--quiet button--icon drawer-button drawer-button--{drawer}")
            popovertarget=drawer
            aria-label=label
        >
            <Icon picture />
        </button>
    }
}

/// Closes a drawer; shown only inside an open one.
#[component]
pub fn DrawerClose(
    /// The id of the drawer.
    drawer: &'static str,
    /// What the button is called.
    label: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button--quiet button--icon side__close"
            popovertarget=drawer
            popovertargetaction="hide"
            aria-label=label
        >
            <Icon picture=Picture::Close />
        </button>
    }
}
