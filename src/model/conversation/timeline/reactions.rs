//! What a reaction changes of the message that it is for. Used by `timeline`, for those that the log has, and by
//! `conversation::pending`, for those that are on their way; the server folds the same in its projection.

use crate::protocol::limits::REACTION_NAMES_MAX;
use crate::protocol::{Person, ReactionSummary};

/// One person sets a reaction or takes it back.
#[derive(Clone, Copy, Debug)]
pub(in crate::model::conversation) struct ReactionChange<'a> {
    /// Who.
    pub(in crate::model::conversation) by: &'a Person,
    /// By which emoji.
    pub(in crate::model::conversation) emoji: &'a str,
    /// Whether it is set.
    pub(in crate::model::conversation) on: bool,
    /// How many people have it then, as the log says; none while the log does not have it, so that it is counted here.
    pub(in crate::model::conversation) count: Option<u32>,
    /// Whether it is the reader's, who is named in each of their reactions.
    pub(in crate::model::conversation) is_own: bool,
}

impl ReactionChange<'_> {
    /// Folds it into the reactions of its message. A reaction that is new comes last, which is also the server's order: by
    /// how long somebody has had it.
    pub(in crate::model::conversation) fn apply(self, reactions: &mut Vec<ReactionSummary>) {
        let place = reactions.iter().position(|known| known.emoji == self.emoji).unwrap_or_else(|| {
            reactions.push(ReactionSummary { emoji: self.emoji.to_owned(), count: 0, people: Vec::new() });
            reactions.len() - 1
        });
        let summary = &mut reactions[place];
        let known = summary.people.iter().position(|person| person.id == self.by.id);
        let is_named = self.is_own || summary.people.len() < REACTION_NAMES_MAX;
        let mut count = summary.count;
        match known {
            Some(known) if !self.on => {
                summary.people.remove(known);
                count = count.saturating_sub(1);
            }
            None if self.on => {
                count += 1;
                if is_named {
                    summary.people.push(self.by.clone());
                }
            }
            _ => {}
        }
        summary.count = self.count.unwrap_or(count);
        if summary.count == 0 {
            reactions.remove(place);
        }
    }
}
