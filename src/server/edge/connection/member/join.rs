//! Joins a room without losing an event: follow and buffer, read the backlog in one snapshot, send it, send what was buffered
//! beyond it, go live. The order is that of Zulip's `register` and of centrifuge's recovery.

use crate::protocol::{Backlog, Cursor, Event, EventPage, HistoryPage, Person, Refusal, RoomSlug, Seq};
use crate::server::app::App;
use crate::server::delivery::frame::{Wire, member_frame};
use crate::server::delivery::hub::{CatchUp, ConnectionId};
use crate::server::edge::connection::following::open_and_follow;
use crate::server::posting;

/// Makes a connection of `reader` follow a room from its cursor on; the `joined` frame and everything after it go to the sendq.
///
/// # Errors
/// `room_not_found`, or `internal` when the store cannot be read. The connection does not follow the room then.
pub async fn follow(
    app: &App,
    id: ConnectionId,
    reader: Option<Person>,
    room: &RoomSlug,
    cursor: Option<Cursor>,
) -> Result<CatchUp, Refusal> {
    open_and_follow(app, room, || app.hub.follow(id, room, Wire::Member)).await?;
    let unfollow = UnfollowOnDrop { app, id, room };
    let (backlog, head) = backlog(app, reader.as_ref(), room, cursor).await?;
    let (summary, people) = posting::summary_for_follower(app, room, head).await?;
    std::mem::forget(unfollow);
    let frame = member_frame(&Event::Joined { summary, people, backlog });
    Ok(app.hub.go_live(id, room, Some(frame), head))
}

/// Unfollows a room when reading its backlog fails, or when the connection ends meanwhile.
struct UnfollowOnDrop<'a> {
    app: &'a App,
    id: ConnectionId,
    room: &'a RoomSlug,
}

impl Drop for UnfollowOnDrop<'_> {
    fn drop(&mut self) {
        self.app.hub.unfollow(self.id, self.room);
    }
}

async fn backlog(
    app: &App,
    reader: Option<&Person>,
    room: &RoomSlug,
    cursor: Option<Cursor>,
) -> Result<(Backlog, Seq), Refusal> {
    let Some(cursor) = cursor else { return newest(app, reader, room, |page| Backlog::Fresh { page }).await };
    let tail = posting::tail_for_follower(app, room, cursor.seq).await?;
    match continuity(&cursor, &tail) {
        Continuity::Resumed => {
            let EventPage { epoch, head, mut events, .. } = tail;
            events.retain(|event| event.seq > cursor.seq);
            Ok((Backlog::Resumed { epoch, events }, head))
        }
        Continuity::Gap => newest(app, reader, room, |page| Backlog::Gap { page }).await,
        Continuity::Reset => newest(app, reader, room, |page| Backlog::Reset { page }).await,
    }
}

async fn newest(
    app: &App,
    reader: Option<&Person>,
    room: &RoomSlug,
    backlog: impl FnOnce(HistoryPage) -> Backlog,
) -> Result<(Backlog, Seq), Refusal> {
    let mut page = posting::newest_for_follower(app, room).await?;
    if let Some(reader) = reader {
        posting::name_reader(app, reader, &mut page).await?;
    }
    let head = page.as_of.seq;
    Ok((backlog(page), head))
}

/// How a page of the log continues what a client holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Continuity {
    Resumed,
    Gap,
    Reset,
}

/// How a page that begins at a cursor continues what the client holds. An equal seq is not enough: after an old copy of the
/// database was restored by hand, other events have the seqs of those that clients hold.
fn continuity(cursor: &Cursor, page: &EventPage) -> Continuity {
    let is_start = *cursor == Cursor::start(page.epoch.clone());
    if !is_start && page.events.first().map(|event| event.cursor(&page.epoch)).as_ref() != Some(cursor) {
        Continuity::Reset
    } else if page.has_newer {
        Continuity::Gap
    } else {
        Continuity::Resumed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use crate::protocol::{Epoch, LogEvent};

    fn epoch(name: &str) -> Epoch {
        Epoch::parse(name).unwrap()
    }

    fn message(seq: u64, unix_ms: i64, id: &str) -> LogEvent {
        samples::message(seq, unix_ms, samples::person("ada"), id)
    }

    fn page(events: Vec<LogEvent>, has_newer: bool) -> EventPage {
        let (room, head) = (RoomSlug::lobby(), Seq::new(900));
        EventPage { room, epoch: epoch("first"), head, events, has_older: true, has_newer }
    }

    #[test]
    fn a_backlog_continues_only_the_event_that_the_cursor_names() {
        let held = message(7, 1_000, "held");
        let cursor = held.cursor(&epoch("first"));
        assert_eq!(continuity(&cursor, &page(vec![held.clone()], false)), Continuity::Resumed);
        assert_eq!(continuity(&cursor, &page(vec![held.clone()], true)), Continuity::Gap);
        assert_eq!(continuity(&held.cursor(&epoch("second")), &page(vec![held], false)), Continuity::Reset);
        let others = [message(7, 1_001, "held"), message(7, 1_000, "other"), message(8, 1_000, "held")];
        for other in others {
            assert_eq!(continuity(&cursor, &page(vec![other.clone()], false)), Continuity::Reset, "{other:?}");
        }
        assert_eq!(continuity(&cursor, &page(vec![], false)), Continuity::Reset, "beyond the head");
    }

    #[test]
    fn the_start_of_a_history_names_no_event() {
        let all = || page(vec![message(1, 1_000, "first")], false);
        assert_eq!(continuity(&Cursor::start(epoch("first")), &all()), Continuity::Resumed);
        assert_eq!(continuity(&Cursor::start(epoch("second")), &all()), Continuity::Reset);
    }
}
