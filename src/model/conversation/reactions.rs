//! Reactions as a reader asks for them: what a button of the page means. Not here: what is seen of one before the log brings
//! it (`pending`), what the log makes of it (`timeline`), how it travels (`outbox`).

use crate::protocol::Seq;

/// The emojis that are offered first.
pub const QUICK: [&str; 6] = ["👍", "❤️", "😂", "🎉", "😮", "🍵"];

/// What a button asks for. Its value is compact, since a page has many: `17` offers emojis for message 17, `17+🍵` sets a
/// reaction to it, `17-🍵` takes it back, and `+🍵` sets one to the message that emojis are offered for. `17>` replies to
/// message 17, and `>` to that message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// Offer emojis for this message.
    Offer(Seq),
    /// Reply to this message.
    Reply(Seq),
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

/// What the value of a button that replies ends with.
pub const REPLY: &str = ">";

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
            Some(b'>') if wish.len() == 1 => return Some(Self::Reply(target)),
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

#[cfg(test)]
mod tests;
