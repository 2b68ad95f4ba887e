//! The JSON interface for reading: rooms and their history. For the page and for programs; no cookie is needed, since
//! all rooms are public. With one, the reader is named in each of their reactions.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;

use crate::protocol::limits::SNAPSHOT_EVENTS;
use crate::protocol::{ErrorCode, EventPage, RoomSlug, RoomSummary, Seq};
use crate::server::app::{App, Client};
use crate::server::edge::http::HttpRefusal;
use crate::server::edge::http::caller::{Identified, with_cookie};
use crate::server::limits::Action;
use crate::server::log::EventRange;
use crate::server::posting;

/// `?before=SEQ` or `?after=SEQ`, and `&limit=1…200`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    before: Option<Seq>,
    after: Option<Seq>,
    limit: Option<u32>,
}

impl EventsQuery {
    fn range(&self) -> Result<EventRange, ErrorCode> {
        match (self.before, self.after) {
            (None, None) => Ok(EventRange::Newest),
            (Some(before), None) => Ok(EventRange::Before(before)),
            (None, Some(after)) => Ok(EventRange::After(after)),
            (Some(_), Some(_)) => Err(ErrorCode::BadRequest),
        }
    }
}

/// `GET /api/v1/rooms`
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
) -> Result<Json<Vec<RoomSummary>>, HttpRefusal> {
    app.limits.charge(Action::Read, &client.address.into())?;
    Ok(Json(posting::list_rooms(&app).await?))
}

/// `GET /api/v1/rooms/{room}/events`
pub async fn events(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    room: AnyRoom,
    query: AnyQuery,
) -> Result<Json<EventPage>, HttpRefusal> {
    app.limits.charge(Action::Read, &client.address.into())?;
    let (room, range, limit) = asked(room, query)?;
    Ok(Json(posting::events(&app, &room, range, limit).await?))
}

/// `GET /api/v1/rooms/{room}/history`
pub async fn history(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    room: AnyRoom,
    query: AnyQuery,
    headers: HeaderMap,
) -> Result<Response, HttpRefusal> {
    app.limits.charge(Action::Read, &client.address.into())?;
    let (room, range, limit) = asked(room, query)?;
    let mut page = posting::history(&app, &room, range, limit).await?;
    if !posting::is_crowded(&page) {
        return Ok(Json(page).into_response());
    }
    // Only here does it matter who reads.
    let Identified { caller, renewed } = Identified::look_up(&app, client, &headers).await?;
    if let Some(reader) = caller.person() {
        posting::name_reader(&app, &reader, &mut page).await?;
    }
    Ok(with_cookie(renewed, Json(page).into_response()))
}

type AnyRoom = Result<Path<RoomSlug>, PathRejection>;
type AnyQuery = Result<Query<EventsQuery>, QueryRejection>;

/// A room and a part of its log.
fn asked(room: AnyRoom, query: AnyQuery) -> Result<(RoomSlug, EventRange, u32), ErrorCode> {
    let Path(room) = room.map_err(|_| ErrorCode::RoomNotFound)?;
    let Query(query) = query.map_err(|_| ErrorCode::BadRequest)?;
    Ok((room, query.range()?, query.limit.unwrap_or(SNAPSHOT_EVENTS)))
}
