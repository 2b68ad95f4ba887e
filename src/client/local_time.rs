//! The reader's clock and calendar, by `Intl`, so that no table of languages travels with the page.

use std::cell::Cell;

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::model::calendar::{self, CivilDate};
use crate::protocol::Timestamp;

/// A clock that is off by more than this is corrected by the server's. Less changes no day, and may be the time that an
/// answer took.
const CORRECTED_ABOVE_MS: i64 = 60 * 60 * 1_000;

thread_local! {
    /// Added to the browser's clock.
    static CORRECTION_MS: Cell<i64> = const { Cell::new(0) };
}

/// Now, by the browser's clock. Goes on as that clock does: for measuring time.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
pub fn device_now() -> Timestamp {
    Timestamp::from_unix_ms(Date::now() as i64)
}

/// Now, as the server would say it: for what people are shown.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_unix_ms(device_now().unix_ms() + CORRECTION_MS.get())
}

/// The server says that it is now about this time.
pub fn correct(server_now: Timestamp) {
    if (server_now.unix_ms() - now().unix_ms()).abs() > CORRECTED_ABOVE_MS {
        CORRECTION_MS.set(server_now.unix_ms() - device_now().unix_ms());
    }
}

/// The time of day to the second: `21:03:08`.
#[must_use]
pub fn to_the_second(at: Timestamp) -> String {
    let seconds = at.unix_ms().rem_euclid(60_000) / 1_000;
    let gap = if seconds < 10 { ":0" } else { ":" };
    [&calendar::clock(at, zone_minutes(at)).to_string(), gap, &seconds.to_string()].concat()
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
