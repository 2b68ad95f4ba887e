//! What the reader has not had in sight: the count in the title and on "jump to newest", and what a screen reader is told.

use leptos::prelude::*;
use web_sys::VisibilityState;

use super::RoomState;
use crate::client::listener::Listener;
use crate::client::storage;
use crate::protocol::{EventBody, LogEvent};
use crate::ui::i18n::{fill, isolated};

/// New lines are gathered this long and told together, so that a busy room does not chatter.
const GATHER_MS: u32 = 1_000;

/// More lines than this at once are counted instead of read out.
const READ_OUT_MAX: usize = 3;

/// What a screen reader is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcement {
    /// The words that are out.
    pub words: String,
    gathered: Vec<String>,
}

impl RoomState {
    /// An event is new to this page. Returns whether it is a line of somebody else.
    pub(super) fn arrived(self, event: &LogEvent) -> bool {
        let (Some(by), EventBody::Message(message)) = (&event.by, &event.body) else { return false };
        self.stopped_typing(by);
        if self.me.with_untracked(|me| me.as_ref().is_some_and(|me| me.id == by.id)) {
            return false;
        }
        self.out_of_sight(1);
        let (name, text) = (isolated(&by.nickname), isolated(&message.text));
        self.announce(fill(self.words().said, &[("{name}", &name), ("{text}", &text)]));
        true
    }

    /// So many came, in sight or not.
    pub(super) fn out_of_sight(self, came: usize) {
        if came > 0 && !self.is_reading() {
            self.unread.update(|unread| *unread += came);
        }
    }

    fn is_reading(self) -> bool {
        self.at_newest.get_untracked() && !is_hidden()
    }

    fn announce(self, line: String) {
        let is_first = self.announcement.update(|announcement| {
            announcement.gathered.push(line);
            announcement.gathered.len() == 1
        });
        if is_first {
            let let_out = move || {
                self.announcement.update(|told| told.let_out(self.words()));
                if self.is_reading() {
                    self.tell_other_tabs();
                }
            };
            self.quietly(|quiet| quiet.timers.announcement.set(GATHER_MS, let_out));
        }
    }

    /// The newest row is in sight.
    pub(super) fn saw_newest(self) {
        if !is_hidden() && self.unread.get_untracked() > 0 {
            self.unread.set(0);
            self.tell_other_tabs();
        }
    }

    /// The reader has had everything in sight that is held.
    fn tell_other_tabs(self) {
        storage::tell_read(&self.slug(), self.timeline.with_untracked(|timeline| timeline.head()));
    }

    /// Another tab showed the reader a room up to an event.
    pub(super) fn follow_reading(self) {
        let listener = storage::on_read(move |room, head| {
            if self.is_open(&room) && self.timeline.with_untracked(|timeline| timeline.head()) <= head {
                self.unread.set(0);
            }
        });
        // It listens for as long as the page lives.
        std::mem::forget(listener);
    }

    /// Coming back to the tab at the newest row is reading it. Going away may be for ever.
    pub(super) fn follow_visibility(self) {
        window_event_listener(leptos::ev::visibilitychange, move |_| {
            self.keep_last_words();
            self.follow_clock();
            self.leave_if_signed_out();
            if self.at_newest.get_untracked() {
                self.saw_newest();
            }
        });
        let going = Listener::on(&window(), "pagehide", move |_| self.keep_last_words());
        // It listens for as long as the page lives.
        std::mem::forget(going);
    }

    /// The title of the tab: the unread count goes in front while nobody looks.
    #[must_use]
    pub fn title(self) -> String {
        let title = page_title(&self.room_title(), self.words().teahouse);
        match self.unread.get() {
            0 => title,
            unread => format!("({unread}) {title}"),
        }
    }
}

/// The title of a room's page.
#[must_use]
pub fn page_title(room: &str, teahouse: &str) -> String {
    format!("{room} – {teahouse}")
}

impl Announcement {
    fn let_out(&mut self, words: &crate::ui::i18n::Words) {
        let gathered = std::mem::take(&mut self.gathered);
        let mut told =
            if gathered.len() > READ_OUT_MAX { words.new_messages.with(gathered.len()) } else { gathered.join("\n") };
        if told == self.words {
            // A text that did not change is not read out.
            told.push('\u{A0}');
        }
        self.words = told;
    }
}

fn is_hidden() -> bool {
    document().visibility_state() == VisibilityState::Hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::i18n::Language;

    #[test]
    fn a_screen_reader_hears_a_few_lines_whole_and_many_as_a_number() {
        let words = Language::English.words();
        let mut told =
            Announcement { gathered: vec!["a: hi".to_owned(), "b: hello".to_owned()], ..Announcement::default() };
        told.let_out(words);
        assert_eq!(told.words, "a: hi\nb: hello");
        told.gathered = vec!["x: y".to_owned(); 7];
        told.let_out(words);
        assert_eq!(told.words, "7 new messages");
    }

    #[test]
    fn a_screen_reader_hears_the_same_line_as_often_as_it_is_said() {
        let words = Language::English.words();
        let mut told = Announcement::default();
        let mut heard = Vec::new();
        for _ in 0..3 {
            told.gathered = vec!["a: hi".to_owned()];
            told.let_out(words);
            heard.push(told.words.clone());
        }
        assert!(heard.windows(2).all(|two| two[0] != two[1] && two[0].trim() == two[1].trim()), "{heard:?}");
    }
}
