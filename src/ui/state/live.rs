//! Keeps the page alive: connects, and moves what the server tells into the signals. Only called in the browser.

use leptos::prelude::*;

use super::RoomState;
use crate::client::connection::{self, ConnectionHandle};
use crate::client::{local_time, storage};
use crate::model::connection::ConnectionStatus;
use crate::model::conversation::roster::Roster;
use crate::model::conversation::timeline::{Published, Timeline};
use crate::protocol::page::Form;
use crate::protocol::{Backlog, CloseCode, ErrorCode, Event, HistoryPage, LogEvent, RoomSlug, RoomSummary, Seq};

/// How long "caught up" is worth telling.
const CAUGHT_UP_SHOWN_MS: u32 = 6_000;

impl RoomState {
    /// Takes over the page that the server rendered: local clocks, what storage kept, and the connection.
    pub fn come_alive(self) {
        let slug = self.slug();
        // The fields hold it by now; one that comes later is another form's.
        self.posted.set(None);
        local_time::correct(self.quietly(|quiet| quiet.drawn));
        self.follow_clock();
        // A tab that was reopened brings what it kept before a sign-out.
        storage::has_signed_out();
        self.restore_outbox();
        let cursor = self.timeline.with_untracked(|timeline| timeline.cursor().clone());
        let handle = ConnectionHandle::start(slug, Some(cursor), move |update| self.receive(update));
        self.quietly(|quiet| quiet.handle = Some(handle));
        self.follow_address_bar();
        self.follow_gone_rooms();
        self.follow_visibility();
        self.follow_other_tabs();
        self.follow_sign_out();
        self.follow_reading();
        self.recover();
        if let Some(root) = document().document_element() {
            // An attribute of this shape is always accepted.
            let _ = root.set_attribute("data-hydrated", "");
        }
    }

    fn receive(self, update: connection::Update) {
        match update {
            connection::Update::Status(status) => self.link_changed(status),
            connection::Update::CaughtUp { .. } => self.tell_caught_up(),
            connection::Update::Event(event) => self.event(*event),
        }
    }

    fn link_changed(self, status: ConnectionStatus) {
        if (status == ConnectionStatus::Ended { code: CloseCode::SessionEnded.number() }) {
            return self.session_ended();
        }
        self.link.set(status);
        match status {
            ConnectionStatus::Live | ConnectionStatus::Blocked | ConnectionStatus::Refused(_) => self.flush_outbox(),
            _ => self.outbox.update(|outbox| outbox.connection_lost()),
        }
    }

    /// The same number as the unread count takes in: lines of others, and what lies in the hole.
    fn tell_caught_up(self) {
        let new = self.quietly(|quiet| quiet.brought);
        if new == 0 {
            return;
        }
        self.caught_up.set(Some(new));
        let hide = move || self.caught_up.set(None);
        self.quietly(|quiet| quiet.timers.caught_up.set(CAUGHT_UP_SHOWN_MS, hide));
    }

    fn event(self, event: Event) {
        match event {
            Event::Welcome { me, limits, rooms, .. } => {
                // This tab may have slept while somebody signed out.
                if !self.leave_if_signed_out() && me.is_none() && self.me.with_untracked(Option::is_some) {
                    self.tell_form(Form::Nickname, self.words().cookie_lost.to_owned());
                }
                // The same again would draw the form for a new name anew, which somebody may be typing into.
                if self.me.with_untracked(|known| *known != me) {
                    self.tell_new_name(me.as_ref());
                    self.me.set(me);
                }
                self.disown_lines_of_others();
                self.limits.set(limits);
                self.rooms.set(rooms);
            }
            Event::Joined { summary, people, backlog } if self.is_open(&summary.slug) => {
                self.roster.update(|roster| *roster = Roster::new(&people, summary.online));
                self.room.set(summary);
                self.take_backlog(&backlog);
            }
            Event::Publication { room, event } if self.is_open(&room) => {
                local_time::correct(event.at_ms);
                self.published(event, Timeline::publish);
            }
            Event::Ack { room, id, seq, at_ms } => self.acked(&room, id, seq, at_ms),
            Event::Nack { id, refusal, .. } => self.refused(&id, refusal),
            Event::Presence { room, joined, left, online, people } if self.is_open(&room) => {
                self.came_and_went(&joined, &left, online, people.as_deref())
            }
            Event::Typing { room, people, writing } if self.is_open(&room) => self.are_typing(&people, writing),
            Event::Rooms { changed } => self.rooms_changed(changed),
            Event::Refused { room: Some(room), refusal }
                if refusal.code == ErrorCode::RoomNotFound && self.is_open(&room) =>
            {
                self.forget_room()
            }
            Event::Joined { .. }
            | Event::Publication { .. }
            | Event::Presence { .. }
            | Event::Typing { .. }
            | Event::Refused { .. }
            | Event::Gap { .. }
            | Event::Heartbeat { .. }
            | Event::Reconnect { .. } => {}
        }
    }

    pub(super) fn is_open(self, room: &RoomSlug) -> bool {
        self.room.with_untracked(|open| open.slug == *room)
    }

    /// What the page lacked of the log.
    pub(super) fn take_backlog(self, backlog: &Backlog) {
        let head = self.timeline.with_untracked(|timeline| timeline.head());
        self.timeline.update(|timeline| timeline.join(backlog));
        // Behind an older page that was opened without scripts, nothing is news.
        let is_news = !matches!(backlog, Backlog::Fresh { .. }) && self.rendered_newest.get_untracked();
        self.rendered_newest.set(true);
        self.arriving.set(false);
        let news = backlog.events().filter(|event| is_news && event.seq > head);
        let of_others = news.filter(|event| self.arrived(event)).count();
        let missed = match backlog {
            Backlog::Gap { page } if is_news => self.missed(page, head),
            _ => 0,
        };
        self.quietly(|quiet| quiet.brought = missed + of_others);
        self.settle_own(backlog.events());
        self.refresh_outdated();
        self.flush_outbox();
    }

    /// How many events lie between what was held and what came; the reader has not had them in sight.
    fn missed(self, page: &HistoryPage, head: Seq) -> usize {
        let missed = page.covers.first.get().saturating_sub(head.get() + 1);
        let missed = usize::try_from(missed).unwrap_or(usize::MAX);
        self.out_of_sight(missed);
        missed
    }

    pub(super) fn published(self, event: LogEvent, add: fn(&mut Timeline, LogEvent) -> Published) {
        let published = self.timeline.update(|timeline| add(timeline, event.clone()));
        if published == Published::Added {
            self.arrived(&event);
        }
        self.settle_own(std::iter::once(&event));
    }

    fn rooms_changed(self, changed: Vec<RoomSummary>) {
        if let Some(open) = changed.iter().find(|room| self.is_open(&room.slug)) {
            self.room.set(open.clone());
        }
        self.rooms.update(|rooms| {
            for room in changed {
                match rooms.iter_mut().find(|known| known.slug == room.slug) {
                    Some(known) => *known = room,
                    None => rooms.push(room),
                }
            }
        });
    }
}
