//! What people have read: as the store keeps it, and as every page counts it.

use teahouse::model::connection::ConnectionStatus;
use teahouse::protocol::{EventBody, LogEvent, MessageNo, ReadMark, RoomSlug, Seq, UserId};
use teahouse::server::log::{MarkChange, MarkTo, Marks, StoreFuture};

use super::client::Client;
use super::store::{Disk, ScriptedStore};

/// The position of the newest of these events that is a message.
pub(super) fn newest_message(log: &[LogEvent]) -> MessageNo {
    log.iter().rev().find_map(|event| event.body.message_no()).unwrap_or_default()
}

impl Disk {
    pub(super) fn marks_of(&self, person: &UserId) -> Vec<ReadMark> {
        self.marks.iter().filter(|((whose, _), _)| whose == person).map(|(_, mark)| mark.clone()).collect()
    }

    pub(super) fn mark(&mut self, person: &UserId, room: &RoomSlug, to: MarkTo) -> ReadMark {
        let log = &self.logs[room];
        let head = log.last().map_or(Seq::ZERO, |event| event.seq);
        let nothing = ReadMark { room: room.clone(), seq: Seq::ZERO, message_no: MessageNo::ZERO, lowered: 0 };
        let mark = self.marks.entry((person.clone(), room.clone())).or_insert(nothing);
        match to {
            MarkTo::Read(seq) => mark.seq = mark.seq.max(seq.min(head)),
            MarkTo::Unread(seq) if seq.previous() < mark.seq => {
                mark.seq = seq.previous();
                mark.lowered += 1;
            }
            MarkTo::Unread(_) => {}
        }
        mark.message_no = newest_message(&log[..usize::try_from(mark.seq.get()).unwrap()]);
        mark.clone()
    }
}

impl Marks for ScriptedStore {
    fn marks<'a>(&'a self, person: &'a UserId) -> StoreFuture<'a, Vec<ReadMark>> {
        self.read(move |disk| Ok(disk.marks_of(person)))
    }

    fn mark(&self, change: MarkChange) -> StoreFuture<'_, Option<ReadMark>> {
        self.read(move |disk| Ok(Some(disk.mark(&change.person, &change.room, change.to))))
    }
}

/// How many messages a page says that are unread, and how many there are behind its mark, up to what it holds.
fn counts(client: &Client, log: &[LogEvent]) -> Option<(usize, usize)> {
    let unread = client.conversation.unread();
    let mark = unread.mark(&client.room)?;
    let is_behind = |event: &&LogEvent| event.seq > mark.seq && event.seq <= client.timeline().head();
    let behind = log.iter().filter(is_behind).filter(|event| matches!(event.body, EventBody::Message(_))).count();
    Some((unread.in_room(&client.room).known, behind))
}

/// A page that is live never says a wrong number.
pub(super) fn counts_right(client: &Client, log: &[LogEvent]) -> Result<(), String> {
    match counts(client, log) {
        Some((shown, behind)) if client.connection.status() == ConnectionStatus::Live && shown != behind => {
            Err(format!("{} says that {shown} messages are unread, and there are {behind}", client.me.nickname))
        }
        _ => Ok(()),
    }
}

/// When all faults have ended, whoever looks on has read everything, and the server knows it.
pub(super) fn is_read(client: &Client, disk: &Disk) -> Result<(), String> {
    let log = disk.log(&client.room);
    let kept = disk.marks.get(&(client.me.id.clone(), client.room.clone()));
    let read = kept.map(|mark| mark.seq);
    if client.is_visible && read != log.last().map(|event| event.seq) {
        return Err(format!("{} has read all {} events, and the server knows {kept:?}", client.me.nickname, log.len()));
    }
    // The server may know more, where its answer was lost: the next greeting tells.
    let shown = client.conversation.unread().mark(&client.room);
    match (shown, kept) {
        (Some(shown), Some(kept)) if shown.is_later_than(kept) => {
            Err(format!("{} has {shown:?}, and the server {kept:?}", client.me.nickname))
        }
        _ => Ok(()),
    }
}
