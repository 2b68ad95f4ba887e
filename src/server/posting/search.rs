//! Finds messages for somebody who typed a query. Not here: how a query is read (`model::search`), how messages are found
//! (`log`), what the answer looks like (`ui`).

use super::refuse;
use super::rooms::summary;
use crate::model::address::LOBBY_NAMES;
use crate::model::search::{HITS_SHOWN, QueryFault, SearchHit, SearchHits, SearchPlace, SearchQuery, excerpt};
use crate::protocol::{Refusal, RoomSlug};
use crate::server::app::App;
use crate::server::ground::search_fold::{fold_cluster, fold_text};
use crate::server::limits::{Action, Payer};
use crate::server::log::{FoundMessage, MessageSearch, RoomRecord};

/// What somebody asks for.
#[derive(Clone, Debug, Default)]
pub struct SearchWish {
    /// As it was typed.
    pub text: String,
    /// Where to look, unless the query names a room; everywhere otherwise.
    pub room: Option<RoomSlug>,
    /// Only what is older than this message.
    pub older_than: Option<SearchPlace>,
}

/// Why there are no hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchFailure {
    /// The query cannot be answered.
    Fault(QueryFault),
    /// It may not be now.
    Refused(Refusal),
}

/// Finds what somebody asks for, the newest first. All rooms are public, so everybody finds the same.
///
/// # Errors
/// [`SearchFailure`]: a query that cannot be answered, which costs nothing; `too_fast`; and those of a store that cannot be
/// read.
pub async fn search(app: &App, payer: &Payer, wish: SearchWish) -> Result<SearchHits, SearchFailure> {
    let query = SearchQuery::parse(&wish.text, fold_cluster).map_err(SearchFailure::Fault)?;
    app.limits.charge(Action::Search, payer).map_err(SearchFailure::Refused)?;
    let rooms = app.store.rooms().await.map_err(refuse).map_err(SearchFailure::Refused)?;
    let room = match query.room {
        Some(name) => Some(room_named(&rooms, &name).ok_or(SearchFailure::Fault(QueryFault::Room(name)))?),
        None => wish.room,
    };
    let wanted = MessageSearch {
        phrases: query.phrases.clone(),
        from: query.from,
        room,
        before: query.before,
        after: query.after,
        has_link: query.has_link,
        older_than: wish.older_than,
        // One more tells whether there are others.
        limit: HITS_SHOWN + 1,
    };
    let found = app.store.search(wanted).await.map_err(refuse).map_err(SearchFailure::Refused)?;
    let (mut messages, mut older) = (found.messages, None);
    if messages.len() > HITS_SHOWN {
        messages.truncate(HITS_SHOWN);
        older = messages.last().map(|last| SearchPlace { room: last.room.clone(), seq: last.event.seq });
    }
    let hit = |FoundMessage { room, event }: FoundMessage| {
        let record = rooms.iter().find(|record| record.slug == room)?;
        let excerpt = excerpt(event.body.text(), &query.phrases, fold_cluster);
        Some(SearchHit { room: summary(app, record), seq: event.seq, at: event.at_ms, by: event.by?, excerpt })
    };
    Ok(SearchHits { hits: messages.into_iter().filter_map(hit).collect(), older, extent: found.extent })
}

/// A room by its address or its name. The lobby has a name in each language until the host names it.
fn room_named(rooms: &[RoomRecord], name: &str) -> Option<RoomSlug> {
    let wanted = fold_text(name);
    let is_named = |room: &&RoomRecord| fold_text(room.slug.as_str()) == wanted || fold_text(&room.title) == wanted;
    let named = rooms.iter().find(is_named).map(|room| room.slug.clone());
    let is_lobby = || LOBBY_NAMES.iter().any(|name| fold_text(name) == wanted);
    named.or_else(|| is_lobby().then(RoomSlug::lobby))
}
