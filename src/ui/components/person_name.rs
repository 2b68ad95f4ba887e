//! The name of a person, which leads to their card (`ui::panels`).

use crate::model::address;
use crate::protocol::UserId;
use crate::ui::html::Html;

/// Writes the name, in all places alike.
pub fn write_name(html: &mut Html, class: &'static str, user: &UserId, nickname: &str) {
    html.start("a", &[("class", class), ("href", &address::profile(user)), ("data-panel", "")]);
    html.name("", nickname);
    html.end();
}
