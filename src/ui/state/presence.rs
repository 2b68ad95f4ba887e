//! Who comes, goes and writes.

use super::RoomState;
use crate::client::local_time;
use crate::protocol::{Command, Person};

impl RoomState {
    pub(super) fn came_and_went(self, joined: &[Person], left: &[Person], online: u32, people: Option<&[Person]>) {
        self.roster.update(|roster| match people {
            Some(people) => roster.replace(people, online),
            None => roster.change(joined, left, online),
        });
        self.room.update(|room| room.online = online);
        let me = self.me.get_untracked().map(|me| me.id);
        self.timeline.update(|timeline| timeline.notice(joined, left, me.as_ref(), local_time::now()));
        for person in left {
            self.stopped_typing(person);
        }
    }

    pub(super) fn are_typing(self, people: &[Person], writing: u32) {
        let me = self.me.get_untracked().map(|me| me.id);
        self.typing.update(|typing| typing.told(people, writing, me.as_ref(), local_time::now()));
        self.expire_typing();
    }

    pub(super) fn stopped_typing(self, person: &Person) {
        if self.typing.with_untracked(|typing| typing.nicknames().next().is_some()) {
            self.typing.update(|typing| typing.stopped(&person.id));
        }
    }

    fn expire_typing(self) {
        let wait_ms = self.typing.with_untracked(|typing| typing.wait_ms(local_time::now()));
        let expire = move || {
            self.typing.update(|typing| typing.expire(local_time::now()));
            self.expire_typing();
        };
        self.quietly(|quiet| match wait_ms {
            Some(wait_ms) => quiet.timers.typing.set(wait_ms.max(1), expire),
            None => quiet.timers.typing.stop(),
        });
    }

    /// A key changed the composer's text: tells the others, but not too often.
    pub fn wrote(self, typed: &str) {
        if typed.trim().is_empty() {
            return;
        }
        let now = local_time::now();
        if self.quietly(|quiet| quiet.throttle.key(now)) {
            self.command(Command::Typing { room: self.slug() });
        }
    }
}
