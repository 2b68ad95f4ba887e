//! What the reader has not read: the count in the title, and the key that ends what is new; and what a screen reader
//! announces.

use leptos::prelude::*;
use web_sys::VisibilityState;

use super::RoomState;
use crate::client::listener::Listener;
use crate::model::conversation::{Unread, Update};
use crate::model::text::markdown;
use crate::ui::i18n::{self, Words, fill, isolated};

/// New messages are gathered this long and announced together, so that a busy room does not chatter.
const GATHER_MS: u32 = 1_000;

/// More messages than this at once are counted instead of read out.
const READ_OUT_MAX: usize = 3;

/// What a screen reader announces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcement {
    /// The words that are out.
    pub words: String,
    /// At most [`READ_OUT_MAX`].
    gathered: Vec<String>,
    /// How many messages came, with those that were not gathered.
    count: usize,
}

impl RoomState {
    /// Somebody posted a message that is new to this page.
    pub(super) fn announce(self, nickname: &str, text: &str) {
        let message = || {
            let text = isolated(&markdown::plain_text(text));
            fill(self.words().said, &[("{name}", &isolated(nickname)), ("{text}", &text)])
        };
        let is_first = self.announcement.update(|announcement| announcement.gather(message) == 1);
        if is_first {
            let let_out = move || {
                self.announcement.update(|announcement| announcement.let_out(self.words()));
                self.look_whether_visible();
            };
            self.quietly(|quiet| quiet.timers.announcement.set(GATHER_MS, let_out));
        }
    }

    /// Coming back to the tab at the newest row is reading it. Going away may be for ever.
    pub(super) fn follow_visibility(self) {
        window_event_listener(leptos::ev::visibilitychange, move |_| {
            self.keep_last_words();
            self.follow_clock();
            self.leave_if_signed_out();
            self.look_whether_visible();
        });
        let going = Listener::on(&window(), "pagehide", move |_| self.keep_last_words());
        // It listens for as long as the page lives.
        std::mem::forget(going);
    }

    /// Asked whenever it counts, since browsers tell of it late, or not at all where a page comes back from their cache.
    pub(super) fn look_whether_visible(self) {
        self.step(Update::Visible(is_visible()));
    }

    /// The reader is done with what is new. Answers whether anything was.
    pub fn mark_read(self) -> bool {
        let has_new = self.conversation.with_untracked(|conversation| conversation.new_after().is_some())
            || !self.at_newest.get_untracked();
        if has_new {
            self.step(Update::MarkRead);
        }
        has_new
    }

    /// The title of the tab: what is unread in all rooms goes in front.
    #[must_use]
    pub fn title(self) -> String {
        let title = page_title(&self.room_title(), self.words().teahouse);
        let unread = self.unread.with(Unread::total);
        if unread.is_none() { title } else { ["(", &i18n::number(unread), ") ", &title].concat() }
    }
}

/// The title of a room's page.
#[must_use]
pub fn page_title(room: &str, teahouse: &str) -> String {
    format!("{room} – {teahouse}")
}

impl Announcement {
    /// Takes one more message. Answers with how many came.
    fn gather(&mut self, message: impl FnOnce() -> String) -> usize {
        if self.gathered.len() < READ_OUT_MAX {
            self.gathered.push(message());
        }
        self.count += 1;
        self.count
    }

    fn let_out(&mut self, words: &Words) {
        let gathered = std::mem::take(&mut self.gathered);
        let count = std::mem::take(&mut self.count);
        let mut next = if count > READ_OUT_MAX { words.new_messages.with(count) } else { gathered.join("\n") };
        if next == self.words {
            // A text that did not change is not read out.
            next.push('\u{A0}');
        }
        self.words = next;
    }
}

fn is_visible() -> bool {
    document().visibility_state() != VisibilityState::Hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::i18n::Language;

    #[test]
    fn a_screen_reader_hears_a_few_lines_whole_and_many_as_a_number() {
        let words = Language::English.words();
        let mut announcement = Announcement::default();
        for message in ["a: hi", "b: hello"] {
            announcement.gather(|| message.to_owned());
        }
        announcement.let_out(words);
        assert_eq!(announcement.words, "a: hi\nb: hello");
        for _ in 0..7 {
            announcement.gather(|| "x: y".to_owned());
        }
        assert_eq!(announcement.gathered.len(), READ_OUT_MAX, "what is not read out is not kept");
        announcement.let_out(words);
        assert_eq!(announcement.words, "7 new messages");
    }

    #[test]
    fn a_screen_reader_hears_the_same_line_as_often_as_it_is_said() {
        let words = Language::English.words();
        let mut told = Announcement::default();
        let mut heard = Vec::new();
        for _ in 0..3 {
            told.gather(|| "a: hi".to_owned());
            told.let_out(words);
            heard.push(told.words.clone());
        }
        assert!(heard.windows(2).all(|two| two[0] != two[1] && two[0].trim() == two[1].trim()), "{heard:?}");
    }
}
