//! Finds what a room has of a day. Not here: how it is said (`ui`), and the way there (`boot`).

use crate::model::calendar::{self, CivilDate};
use crate::protocol::{Refusal, RoomSlug, Seq};
use crate::server::app::App;
use crate::server::posting::{open_room, refuse};

/// What a room has of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayFound {
    /// The first message of the day.
    First(Seq),
    /// Nobody posted on the day. This came next.
    NothingBefore(CivilDate, Seq),
    /// Nobody posted on the day or later.
    Nothing,
}

/// Looks for a day, as somebody counts days whose clocks stand `zone_minutes` east of UTC.
///
/// # Errors
/// `room_not_found`, and those of a store that cannot be read.
pub async fn day(app: &App, room: &RoomSlug, day: CivilDate, zone_minutes: i32) -> Result<DayFound, Refusal> {
    open_room(app, room).await?;
    let first = app.store.first_since(room, day.begins(zone_minutes)).await.map_err(refuse)?;
    Ok(match first.map(|(seq, at)| (seq, calendar::date(at, zone_minutes))) {
        Some((seq, date)) if date == day => DayFound::First(seq),
        Some((seq, date)) => DayFound::NothingBefore(date, seq),
        None => DayFound::Nothing,
    })
}
