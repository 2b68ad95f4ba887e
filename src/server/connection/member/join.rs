//! Joining a room without losing a line: follow and collect, read the backlog in one snapshot, send it, send what was
//! collected beyond it, go live. The order is that of Zulip's `register` and of centrifuge's recovery.

use crate::protocol::event::Continuity;
use crate::protocol::{Cursor, Event, Refusal, RoomSlug, RoomSnapshot, Seq};
use crate::server::app::App;
use crate::server::chat;
use crate::server::hub::publication::{Wire, member_frame};
use crate::server::hub::{ConnectionId, Seam};
use crate::server::store::EventRange;

/// Makes a connection follow a room from its cursor on; the `joined` frame and everything after it go to the sendq.
///
/// # Errors
/// `room_not_found`, or `internal` when the store cannot be read. The connection does not follow the room then.
pub async fn follow(app: &App, id: ConnectionId, room: &RoomSlug, cursor: Option<Cursor>) -> Result<Seam, Refusal> {
    chat::open_room(app, room).await?;
    app.hub.follow(id, room, Wire::Member);
    let half = HalfFollowed { app, id, room };
    let (snapshot, continuity) = backlog(app, room, cursor).await?;
    std::mem::forget(half);
    let head = snapshot.summary.head;
    let frame = member_frame(&Event::Joined { continuity, snapshot });
    Ok(app.hub.go_live(id, room, Some(frame), head))
}

/// A room whose backlog is being read. When that fails, or the connection is gone before, it is not followed.
struct HalfFollowed<'a> {
    app: &'a App,
    id: ConnectionId,
    room: &'a RoomSlug,
}

impl Drop for HalfFollowed<'_> {
    fn drop(&mut self) {
        self.app.hub.unfollow(self.id, self.room);
    }
}

async fn backlog(app: &App, room: &RoomSlug, cursor: Option<Cursor>) -> Result<(RoomSnapshot, Continuity), Refusal> {
    let newest = |continuity| async move {
        let (snapshot, _) = chat::snapshot_for_follower(app, room, EventRange::Newest).await?;
        Ok((snapshot, continuity))
    };
    let Some(cursor) = cursor else { return newest(Continuity::Fresh).await };
    if cursor.epoch != *app.store.epoch() {
        return newest(Continuity::Reset).await;
    }
    let (snapshot, page) = chat::snapshot_for_follower(app, room, EventRange::After(cursor.seq)).await?;
    match continuity(cursor.seq, page.head, page.has_newer) {
        Continuity::Resumed => Ok((snapshot, Continuity::Resumed)),
        other => newest(other).await,
    }
}

/// How a backlog that was read after `cursor` continues what the client holds.
fn continuity(cursor: Seq, head: Seq, has_newer: bool) -> Continuity {
    if cursor > head {
        Continuity::Reset
    } else if has_newer {
        Continuity::Gap
    } else {
        Continuity::Resumed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_beyond_the_head_belongs_to_another_history() {
        assert_eq!(continuity(Seq::new(8), Seq::new(7), false), Continuity::Reset);
        assert_eq!(continuity(Seq::new(7), Seq::new(7), false), Continuity::Resumed);
        assert_eq!(continuity(Seq::new(3), Seq::new(900), true), Continuity::Gap);
    }
}
