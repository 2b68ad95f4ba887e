//! Scrolling of the conversation. `element` is the box that scrolls; its rows carry the attribute `data-row`. It runs
//! backwards (`flex-direction: column-reverse`): its scroll position is 0 at the newest row and negative above it.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

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

/// Calls back whenever the box has got another size: the window was resized or turned, a keyboard came, the field that one
/// writes in grew. For as long as the box is in the document.
pub fn on_resize(element: &Element, callback: impl FnMut() + 'static) {
    let callback = Closure::<dyn FnMut()>::new(callback).into_js_value();
    // It is refused for nothing but a callback that cannot be called.
    if let Ok(observer) = ResizeObserver::new(callback.unchecked_ref()) {
        observer.observe(element);
    }
}

/// Where the reader was: the first row in sight. Kept while rows are added or taken away around it, above and below, and
/// while rows get another height.
#[derive(Clone, Debug)]
pub struct ScrollPosition {
    row: Option<Row>,
    /// Width and height of the box.
    size: (i32, i32),
}

/// A row, and where it was: its top in pixels below the edge of the box, and its height.
#[derive(Clone, Debug)]
struct Row {
    element: Element,
    top: f64,
    height: f64,
}

impl ScrollPosition {
    /// Measures before the change.
    #[must_use]
    pub fn of(element: &Element) -> Self {
        let edge = element.get_bounding_client_rect().top();
        let in_sight = rows(element).find(|row| row.get_bounding_client_rect().bottom() > edge);
        Self {
            size: size(element),
            row: in_sight.map(|element| {
                let bounds = element.get_bounding_client_rect();
                Row { element, top: bounds.top() - edge, height: bounds.height() }
            }),
        }
    }

    /// Whether the box still has the size that it had. When it has not, it may have been scrolled by nobody, only because
    /// its rows have got lower.
    #[must_use]
    pub fn is_of_this_size(&self, element: &Element) -> bool {
        self.size == size(element)
    }

    /// Restores after the change is in the document: of a row that was partly above the edge, as large a part is there
    /// again. Does nothing when the row is gone.
    #[expect(clippy::cast_possible_truncation, reason = "a document is far below 2^31 pixels high")]
    pub fn restore(&self, element: &Element) {
        let Some(row) = self.row.as_ref().filter(|row| row.element.is_connected()) else { return };
        let edge = element.get_bounding_client_rect().top();
        let bounds = row.element.get_bounding_client_rect();
        let top = if row.top < 0.0 { row.top * bounds.height() / row.height } else { row.top };
        let moved = bounds.top() - edge - top;
        element.set_scroll_top(element.scroll_top() + moved.round() as i32);
    }
}

fn size(element: &Element) -> (i32, i32) {
    (element.client_width(), element.client_height())
}

fn rows(element: &Element) -> impl Iterator<Item = Element> {
    let list = element.query_selector_all("[data-row]").ok();
    let count = list.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |index| list.as_ref()?.item(index)?.dyn_into().ok())
}
