//! The reader's clock and calendar, by `Intl`, so that no table of languages travels with the page.

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::model::calendar::CivilDate;
use crate::protocol::Timestamp;

/// Now, by the browser's clock.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
pub fn now() -> Timestamp {
    Timestamp::from_unix_ms(Date::now() as i64)
}

/// How many minutes east of UTC the reader's clocks stand at a moment.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a zone is at most a day away")]
pub fn zone_minutes(at: Timestamp) -> i32 {
    -(js_date(at).get_timezone_offset() as i32)
}

/// Weekday and date as a heading, in the words of `locale` (BCP 47): "Sunday, November 22, 2026".
#[must_use]
pub fn day_heading(date: CivilDate, locale: &str) -> String {
    let options =
        [("weekday", "long"), ("year", "numeric"), ("month", "long"), ("day", "numeric"), ("timeZone", "UTC")];
    format(date.noon_utc(), locale, &options)
}

/// Date and time in full in the reader's zone, for a tooltip.
#[must_use]
pub fn full(at: Timestamp, locale: &str) -> String {
    format(at, locale, &[("dateStyle", "full"), ("timeStyle", "medium")])
}

fn format(at: Timestamp, locale: &str, options: &[(&str, &str)]) -> String {
    let object = Object::new();
    for (name, value) in options {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from(*name), &JsValue::from(*value));
    }
    let formatter = Intl::DateTimeFormat::new(&Array::of1(&JsValue::from(locale)), &object);
    let formatted = formatter.format().call1(&JsValue::UNDEFINED, &js_date(at));
    formatted.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
fn js_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from(at.unix_ms() as f64))
}
