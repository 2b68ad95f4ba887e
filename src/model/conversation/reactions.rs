//! Reactions as a reader asks for them: what a button of the page means, and what the reader sees before the log brings it.
//! Not here: what the log makes of a reaction (`timeline`), how one travels (`outbox`).

use super::outbox::{Outbox, PostState};
use super::timeline::ReactionChange;
use crate::protocol::{HistoryItem, Person, PostBody, ReactionSummary, RoomSlug, Seq};

/// The emojis that are offered first.
pub const QUICK: [&str; 6] = ["👍", "❤️", "😂", "🎉", "😮", "🍵"];

/// What a button asks for. Its value is compact, since a page has many: `17` offers emojis for message 17, `17+🍵` sets a
/// reaction to it, `17-🍵` takes it back, and `+🍵` sets one to the message that emojis are offered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// Offer emojis for this message.
    Offer(Seq),
    /// Set or take back a reaction.
    React {
        /// The message.
        target: Seq,
        /// The emoji.
        emoji: String,
        /// Which of the two.
        change: Change,
    },
}

/// What becomes of a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is set.
    Set,
    /// It is taken back.
    TakeBack,
}

impl Press {
    /// Reads the value of a button. `offered_for` is the message that emojis are offered for, as text; empty when none is.
    #[must_use]
    pub fn parse(value: &str, offered_for: &str) -> Option<Self> {
        let digits = value.bytes().take_while(u8::is_ascii_digit).count();
        let (seq, wish) = value.split_at(digits);
        let seq = if seq.is_empty() { offered_for } else { seq };
        let target = Seq::new(seq.parse().ok()?);
        let change = match wish.as_bytes().first() {
            None => return Some(Self::Offer(target)),
            Some(b'+') => Change::Set,
            Some(b'-') => Change::TakeBack,
            Some(_) => return None,
        };
        Some(Self::React { target, emoji: wish[1..].to_owned(), change })
    }
}

impl Change {
    /// The value of the button that asks for this.
    #[must_use]
    pub fn value(self, target: Seq, emoji: &str) -> String {
        let sign = match self {
            Self::Set => "+",
            Self::TakeBack => "-",
        };
        [&target.to_string(), sign, emoji].concat()
    }
}

/// The reader's own reactions that the log has not brought yet, in the order in which they were asked for.
pub(in crate::model) struct Pending<'a> {
    me: Option<&'a Person>,
    asked: Vec<(Seq, &'a str, bool)>,
}

impl<'a> Pending<'a> {
    /// Those that wait for this room.
    pub(in crate::model) fn of(outbox: &'a Outbox, room: &RoomSlug, me: Option<&'a Person>) -> Self {
        let asked = outbox.posts().iter().filter_map(|post| match (&post.body, post.state) {
            (_, PostState::Failed(_) | PostState::Stale) => None,
            (PostBody::Reaction { target, emoji, on }, _)
                if post.room == *room && me.is_some_and(|me| me.id == post.sender) =>
            {
                Some((*target, emoji.as_str(), *on))
            }
            _ => None,
        });
        Self { me, asked: asked.collect() }
    }

    /// The reactions to a message as they will be, where that is not as they are. One that the log has brought already changes
    /// nothing.
    pub(in crate::model) fn over(&self, item: &HistoryItem) -> Option<Vec<ReactionSummary>> {
        let by = self.me?;
        let mut reactions = None;
        for (_, emoji, on) in self.asked.iter().filter(|(target, ..)| *target == item.event.seq) {
            let change = ReactionChange { by, emoji, on: *on, count: None, is_own: true };
            change.apply(reactions.get_or_insert_with(|| item.reactions.clone()));
        }
        reactions
    }
}

#[cfg(test)]
mod tests;
