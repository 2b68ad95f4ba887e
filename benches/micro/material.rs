//! What the benchmarks work on: messages like those of people, the same in every run.

use teahouse::protocol::{EventBody, LogEvent, Message, Origin, Person, PostId, RoomSlug, Seq, Timestamp, UserId};
use teahouse::server::log::Committed;

/// A short line with what its wire puts around it.
pub const SHORT_BYTES: usize = 172;
/// A long message, worth compressing.
pub const LONG_BYTES: usize = 2048;

const WORDS: &str = "the tea is ready and we sit by window with cups who comes late tells what happened at harbour \
    yesterday nobody believes a word of it but everybody listens until rain stops then somebody asks for more hot water \
    please";

/// So many bytes of words in no order. Repeating one sentence instead would flatter whatever compresses it.
pub fn prose(length_bytes: usize) -> String {
    let words: Vec<&str> = WORDS.split(' ').collect();
    let mut prose = String::with_capacity(length_bytes + 16);
    let mut state = 1_u32;
    while prose.len() < length_bytes {
        // The linear congruential generator of Numerical Recipes; its upper bits are the better ones.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        prose.push_str(words[(state >> 16) as usize % words.len()]);
        prose.push(' ');
    }
    prose.truncate(length_bytes);
    prose
}

/// A line of a person that the log has taken.
pub fn committed() -> Committed {
    let id = "0123456789abcdef0123456789abcdef";
    let by = Person {
        id: UserId::parse(id).expect("hex digits are an id"),
        nickname: "Ada Lovelace".to_owned(),
        origin: Origin::Web,
    };
    Committed {
        room: RoomSlug::lobby(),
        event: LogEvent {
            seq: Seq::new(4_211),
            at_ms: Timestamp::from_unix_ms(1_764_054_000_000),
            by: Some(by),
            id: Some(PostId::parse(id).expect("hex digits are an id")),
            body: EventBody::Message(Message { text: prose(60), ..Message::default() }),
        },
        target: None,
        author_mark: None,
    }
}
