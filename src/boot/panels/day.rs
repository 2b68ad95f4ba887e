//! The panel that asks for a day of a room. Its form leads to the first message of the day.

use axum::Extension;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{PanelQuery, show};
use crate::boot::pages::{self, Site};
use crate::boot::{forms, render};
use crate::model::address;
use crate::model::calendar::CivilDate;
use crate::protocol::{ErrorCode, Refusal, RoomSlug, Seq};
use crate::server::app::{App, Caller};
use crate::server::edge::http::HttpRefusal;
use crate::server::limits::Action;
use crate::server::posting::{self, DayFound};
use crate::ui::panels::{self, DayNotice};

/// No clocks stand further from UTC.
const ZONE_MINUTES_MAX: i32 = 24 * 60;

/// `?day=2026-11-22&zone=480`: the day, and how many minutes east of UTC the reader's clocks stand.
#[derive(Default, Deserialize)]
pub struct DayQuery {
    fragment: Option<String>,
    day: Option<String>,
    zone: Option<i32>,
}

/// Where the panel leads, or what it says.
enum Answer {
    LeadsTo(Seq),
    Says(StatusCode, DayNotice),
}

/// `GET /r/{room}/day`
pub async fn day(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    room: Result<Path<RoomSlug>, PathRejection>,
    query: Result<Query<DayQuery>, QueryRejection>,
    request: Request,
) -> Response {
    let Ok(Path(room)) = room else { return pages::not_found(&site, &request) };
    let DayQuery { fragment, day, zone } = query.map(|Query(query)| query).unwrap_or_default();
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &caller.payer()) {
        return HttpRefusal(refusal).into_response();
    }
    let zone_minutes = zone.unwrap_or_default().clamp(-ZONE_MINUTES_MAX, ZONE_MINUTES_MAX);
    let (status, notice) = match answer(&site.app, &room, day.as_deref(), zone_minutes).await {
        Ok(Answer::LeadsTo(seq)) => return forms::see_other(&address::permalink(&room, seq)),
        Ok(Answer::Says(status, notice)) => (status, notice),
        Err(Refusal { code: ErrorCode::RoomNotFound, .. }) => return pages::not_found(&site, &request),
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    let panel = panels::day(&room, &notice, pages::language(request.headers()));
    render::with_forms(show(status, panel, &site, &PanelQuery { fragment }, request.headers()))
}

async fn answer(app: &App, room: &RoomSlug, asked: Option<&str>, zone_minutes: i32) -> Result<Answer, Refusal> {
    posting::open_room(app, room).await?;
    let Some(asked) = asked else { return Ok(Answer::Says(StatusCode::OK, DayNotice::None)) };
    let Some(day) = CivilDate::parse(asked) else { return Ok(Answer::Says(StatusCode::BAD_REQUEST, DayNotice::NoDay)) };
    let nothing = |next| Answer::Says(StatusCode::NOT_FOUND, DayNotice::Nothing(day, next));
    Ok(match posting::day(app, room, day, zone_minutes).await? {
        DayFound::First(seq) => Answer::LeadsTo(seq),
        DayFound::NothingBefore(next, seq) => nothing(Some((next, seq))),
        DayFound::Nothing => nothing(None),
    })
}
