//! The buttons of the drawers. A drawer is a popover: the browser opens and closes it, by Escape too, without any script;
//! where there is room for a column, the style sheet shows it always and hides the buttons.

use super::icon::{Picture, write_icon};
use crate::ui::html::{HtmlElement, html_element};

/// Opens the drawer with this id; shown only where the drawer is not a column.
pub fn drawer_button(drawer: &'static str, label: &'static str, picture: Picture) -> HtmlElement {
    let class = ["button button--quiet button--icon drawer-button drawer-button--", drawer].concat();
    button(&class, drawer, label, picture, None)
}

/// Closes the drawer with this id; shown only inside an open one.
pub fn drawer_close(drawer: &'static str, label: &'static str) -> HtmlElement {
    button("button button--quiet button--icon side__close", drawer, label, Picture::Close, Some("hide"))
}

fn button(class: &str, drawer: &str, label: &str, picture: Picture, action: Option<&'static str>) -> HtmlElement {
    let attributes = [
        ("type", "button"),
        ("class", class),
        ("popovertarget", drawer),
        ("aria-label", label),
        ("popovertargetaction", action.unwrap_or_default()),
    ];
    html_element(|html| {
        html.start("button", if action.is_some() { &attributes } else { &attributes[..4] });
        write_icon(html, picture);
        html.end();
    })
}
