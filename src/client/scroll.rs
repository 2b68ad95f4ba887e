//! Scrolling of the conversation. `element` is the box that scrolls; its rows carry the attribute `data-row`. It runs
//! backwards (`flex-direction: column-reverse`): its scroll position is 0 at the newest row and negative above it.

use wasm_bindgen::JsCast;
use web_sys::Element;

/// Closer to the end than this counts as the end: a line's height, and the half pixels of zoomed pages.
const AT_BOTTOM_PX: i32 = 32;

/// Whether the newest row is in sight.
#[must_use]
pub fn is_at_bottom(element: &Element) -> bool {
    element.scroll_top() >= -AT_BOTTOM_PX
}

/// Whether the oldest mounted row is less than a screen away: time to reach back.
#[must_use]
pub fn is_near_top(element: &Element) -> bool {
    element.scroll_height() + element.scroll_top() < 2 * element.client_height()
}

/// Whether there is anywhere to scroll: without it, nobody can ask for older rows by scrolling.
#[must_use]
pub fn is_filled(element: &Element) -> bool {
    element.scroll_height() > element.client_height() + AT_BOTTOM_PX
}

/// Shows the newest row.
pub fn scroll_to_bottom(element: &Element) {
    element.set_scroll_top(0);
}

/// Where the reader was: the first row in sight and how far it was from the top edge. Kept while rows are added or taken
/// away around it, above and below.
#[derive(Clone, Debug)]
pub struct Place {
    row: Option<(Element, f64)>,
}

impl Place {
    /// Measures before the change.
    #[must_use]
    pub fn of(element: &Element) -> Self {
        let edge = element.get_bounding_client_rect().top();
        let in_sight = rows(element).find(|row| row.get_bounding_client_rect().bottom() > edge);
        Self {
            row: in_sight.map(|row| {
                let top = row.get_bounding_client_rect().top();
                (row, top - edge)
            }),
        }
    }

    /// Restores after the change is in the document. Does nothing when the row is gone.
    #[expect(clippy::cast_possible_truncation, reason = "a document is far below 2^31 pixels high")]
    pub fn restore(&self, element: &Element) {
        let Some((row, distance)) = self.row.as_ref().filter(|(row, _)| row.is_connected()) else { return };
        let edge = element.get_bounding_client_rect().top();
        let moved = row.get_bounding_client_rect().top() - edge - distance;
        element.set_scroll_top(element.scroll_top() + moved.round() as i32);
    }
}

fn rows(element: &Element) -> impl Iterator<Item = Element> {
    let list = element.query_selector_all("[data-row]").ok();
    let count = list.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |index| list.as_ref()?.item(index)?.dyn_into().ok())
}
