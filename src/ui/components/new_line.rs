//! Where what is new begins.

use crate::ui::html::{HtmlElement, html_element};
use crate::ui::state::RoomState;

/// The line above the first message that was new when the reader came. While it is further up than what is in sight, it
/// stays at the edge, and leads there (`ui/shell/habits.js`).
pub fn new_line(state: RoomState) -> HtmlElement {
    html_element(|html| {
        // No row by which the place of the reader is kept, since it may stay where it is while they scroll.
        html.start("li", &[("class", "new-line")]);
        html.element("button", &[("type", "button"), ("class", "new-line__label")], state.words().new_since);
        html.end();
    })
}
