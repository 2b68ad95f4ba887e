//! The kind `reaction`: what is checked before it is queued. Whether its message is there is for the store's transaction.

use crate::protocol::{ErrorCode, Reaction, Refusal, Seq};

/// Checks a reaction. The emoji is taken in the form that Unicode calls fully qualified, so that ❤ and ❤️ are one.
pub(super) fn reaction(target: Seq, emoji: &str, on: bool) -> Result<Reaction, Refusal> {
    let known = emojis::get(emoji).ok_or(ErrorCode::ReactionInvalid)?;
    Ok(Reaction { target, emoji: known.as_str().to_owned(), on, count: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(emoji: &str) -> Option<String> {
        reaction(Seq::new(1), emoji, true).ok().map(|reaction| reaction.emoji)
    }

    #[test]
    fn a_reaction_is_one_emoji_in_one_form() {
        assert_eq!(taken("🍵").as_deref(), Some("🍵"));
        assert_eq!(taken("❤"), taken("❤️"));
        for family in ["👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "1️⃣"] {
            assert_eq!(taken(family).as_deref(), Some(family));
        }
        for bad in ["", "a", "1", "🍵🍵", "tea", "🍵 ", "\u{202e}", "<b>", "\u{200d}"] {
            assert_eq!(taken(bad), None, "{bad:?}");
        }
    }
}
