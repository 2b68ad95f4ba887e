//! Rooms that are gone while something unsent waits for them, as after the restore of a backup without them: the list keeps
//! them, so that people find what they wrote. Not here: how they are shown (`ui::components::room_list`).

use super::Outbox;
use crate::protocol::{MessageNo, RoomSlug, RoomSummary, Seq};

impl Outbox {
    /// Whether [`Outbox::keep_gone_rooms`] would change the list.
    #[must_use]
    pub fn has_news_of_gone_rooms(&self, rooms: &[RoomSummary]) -> bool {
        let is_unlisted = |slug: &RoomSlug| rooms.iter().all(|room| room.slug != *slug);
        self.messages().any(|post| is_unlisted(&post.room)) || !rooms.iter().all(|room| self.is_listed(room))
    }

    /// Takes out of the list what is gone, which has no events, but for the rooms that posts of this outbox are of; and adds
    /// those that are missing, under their address, since nobody knows their title any more.
    pub fn keep_gone_rooms(&self, rooms: &mut Vec<RoomSummary>) {
        rooms.retain(|room| self.is_listed(room));
        for post in self.messages() {
            if rooms.iter().all(|room| room.slug != post.room) {
                let (slug, title) = (post.room.clone(), post.room.to_string());
                rooms.push(RoomSummary {
                    slug,
                    title,
                    head: Seq::ZERO,
                    message_no: MessageNo::ZERO,
                    online: 0,
                    people: Vec::new(),
                });
            }
        }
    }

    fn is_listed(&self, room: &RoomSummary) -> bool {
        room.head > Seq::ZERO || self.messages().any(|post| post.room == room.slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use crate::protocol::{PostId, Timestamp, UserId};

    fn slug(name: &str) -> RoomSlug {
        RoomSlug::parse(name).expect("a good slug")
    }

    fn room(name: &str, head: u64) -> RoomSummary {
        RoomSummary {
            slug: slug(name),
            title: name.to_owned(),
            head: Seq::new(head),
            message_no: MessageNo::ZERO,
            online: 0,
            people: Vec::new(),
        }
    }

    fn names(rooms: &[RoomSummary]) -> Vec<&str> {
        rooms.iter().map(|room| room.slug.as_str()).collect()
    }

    #[test]
    fn a_room_that_is_gone_stays_listed_for_as_long_as_something_waits_for_it() {
        let id = PostId::parse("a").expect("a good id");
        let mut outbox = Outbox::default();
        let sender = UserId::parse("ada").expect("a good id");
        outbox.push(slug("restored-away"), id.clone(), sender, samples::text("text"), Timestamp::default());
        let mut rooms = vec![room("lobby", 1), room("forgotten", 0)];
        assert!(outbox.has_news_of_gone_rooms(&rooms));
        outbox.keep_gone_rooms(&mut rooms);
        assert_eq!(names(&rooms), ["lobby", "restored-away"]);
        assert!(!outbox.has_news_of_gone_rooms(&rooms), "once");
        outbox.discard(&id);
        assert!(outbox.has_news_of_gone_rooms(&rooms));
        outbox.keep_gone_rooms(&mut rooms);
        assert_eq!(names(&rooms), ["lobby"]);
    }
}
