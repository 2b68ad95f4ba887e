//! All emojis that one can react by, by group. They are drawn as text and not as views: nothing of them changes while they
//! are there but which group is shown. A button in the grid asks for the same as one of the first emojis, so the form of
//! the reactions takes it (`ui::components::reactions`).

mod words;

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

use super::wear;
use crate::client::element::{clicked, element};
use crate::client::listener::Listener;
use crate::ui::i18n::Language;
use words::{Words, words};

/// The id of what this part adds to the page.
pub const EMOJI_PICKER_ID: &str = "emoji-picker";

/// A line for each group, in the order that Unicode recommends: emojis of Emoji 15.0 and before, which systems have pictures
/// for. A test compares them with what the server accepts.
const EMOJIS: &str = include_str!("emoji_picker/emojis.txt");
const SHEET: &str = include_str!("../../../style/parts/emoji_picker.css");

const GROUPS: &str = "picker-groups";
const GRID: &str = "picker-grid";

/// Shows the emojis, unless the element that offers the first ones was closed meanwhile, and gives the focus to the first.
pub fn show_emoji_picker(offer: &HtmlElement, language: Language) {
    if is_closed(offer) {
        return;
    }
    // Fails for no name that is an attribute's.
    let _ = offer.set_attribute("data-more", "open");
    if element::<HtmlElement>(EMOJI_PICKER_ID).is_none() {
        build(offer, words(language));
    }
    select(0);
    focus(element(GRID).and_then(|grid: HtmlElement| grid.first_element_child()));
}

fn is_closed(offer: &HtmlElement) -> bool {
    !offer.matches(":popover-open").unwrap_or(false)
}

fn build(offer: &HtmlElement, words: &Words) {
    let Ok(picker) = document().create_element("div") else { return };
    picker.set_id(EMOJI_PICKER_ID);
    picker.set_inner_html(&frame(words));
    // Fails only for a node that is its own ancestor.
    let _ = offer.append_child(&picker);
    // Without its sheet it is less handsome, and as useful.
    let _ = wear(SHEET);
    let closed = offer.clone();
    let listeners = [
        Listener::on(&picker, "click", |event| {
            select_pressed(&event);
        }),
        Listener::on(&picker, "keydown", |event| move_focus(event.unchecked_ref())),
        Listener::on(offer, "toggle", move |_| {
            if is_closed(&closed) {
                let _ = closed.remove_attribute("data-more");
            }
        }),
    ];
    // They listen for as long as the page lives.
    std::mem::forget(listeners);
}

/// The groups, and a place for the emojis of one.
fn frame(words: &Words) -> String {
    let mut html = ["<div id=", GROUPS, " role=tablist aria-label=\"", words.groups, "\">"].concat();
    for (index, (name, emojis)) in words.names.iter().zip(EMOJIS.lines()).enumerate() {
        let sign = emojis.split(' ').next().unwrap_or_default();
        let index = index.to_string();
        html.push_str(&["<button type=button role=tab id=picker-", &index, " aria-controls=", GRID].concat());
        html.push_str(&[" aria-label=\"", name, "\" title=\"", name, "\">", sign, "</button>"].concat());
    }
    [&html, "</div><div role=tabpanel id=", GRID, "></div>"].concat()
}

/// Shows the emojis of a group.
fn select(group: usize) {
    let (Some(groups), Some(grid)) = (element::<HtmlElement>(GROUPS), element::<HtmlElement>(GRID)) else { return };
    let tabs = groups.children();
    for index in 0..tabs.length() {
        let Some(tab) = tabs.item(index) else { continue };
        let is_selected = index as usize == group;
        let _ = tab.set_attribute("aria-selected", if is_selected { "true" } else { "false" });
        let _ = tab.set_attribute("tabindex", if is_selected { "0" } else { "-1" });
    }
    let _ = grid.set_attribute("aria-labelledby", &["picker-", &group.to_string()].concat());
    let mut html = String::new();
    for (index, emoji) in EMOJIS.lines().nth(group).unwrap_or_default().split(' ').enumerate() {
        // One of them is reached by Tab, the others by the arrows.
        let tab_index = if index == 0 { "0" } else { "-1" };
        html.push_str(
            &["<button name=reaction tabindex=", tab_index, " value=\"+", emoji, "\">", emoji, "</button>"].concat(),
        );
    }
    grid.set_inner_html(&html);
    grid.set_scroll_top(0);
}

fn select_pressed(event: &Event) -> Option<()> {
    let group = clicked(event, "[role=tab]")?.id();
    select(group.strip_prefix("picker-")?.parse().ok()?);
    Some(())
}

/// Arrows, Home and End go through the groups, and through the emojis as they stand.
fn move_focus(event: &KeyboardEvent) {
    let Some(from) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return };
    let Some(all) = from.parent_element().map(|parent| parent.children()) else { return };
    let at = |index: u32| all.item(index).and_then(|item| item.dyn_into::<HtmlElement>().ok());
    let last = all.length().saturating_sub(1);
    let Some(here) = (0..=last).find(|index| at(*index).as_ref() == Some(&from)) else { return };
    let row =
        (0..=last).take_while(|index| at(*index).map(|item| item.offset_top()) == at(0).map(|item| item.offset_top()));
    let columns = row.count() as u32;
    let to = match event.key().as_str() {
        "ArrowRight" => here + 1,
        "ArrowLeft" => here.wrapping_sub(1),
        "ArrowDown" => here + columns,
        "ArrowUp" => here.wrapping_sub(columns),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    event.prevent_default();
    let Some(next) = at(to) else { return };
    let _ = from.set_attribute("tabindex", "-1");
    let _ = next.set_attribute("tabindex", "0");
    focus(Some(next.clone().into()));
    if next.has_attribute("aria-controls") {
        next.click();
    }
}

fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Fails only for an element that is out of the document.
        let _ = element.focus();
    }
}

#[cfg(test)]
mod tests;
