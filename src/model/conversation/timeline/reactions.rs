//! What a reaction changes of the message that it is for. Used by `timeline`; the server folds the same in its projection.

use crate::protocol::limits::REACTION_NAMES_MAX;
use crate::protocol::{Person, Reaction, ReactionSummary};

/// Folds one into the reactions of its message.
pub(super) fn apply(reactions: &mut Vec<ReactionSummary>, by: &Person, reaction: &Reaction) {
    let place = reactions.iter().position(|known| known.emoji == reaction.emoji);
    if reaction.count == 0 {
        if let Some(place) = place {
            reactions.remove(place);
        }
        return;
    }
    let place = place.unwrap_or_else(|| {
        reactions.push(ReactionSummary { emoji: reaction.emoji.clone(), count: 0, people: Vec::new() });
        reactions.len() - 1
    });
    let summary = &mut reactions[place];
    summary.count = reaction.count;
    let known = summary.people.iter().position(|person| person.id == by.id);
    match known {
        Some(place) if !reaction.on => _ = summary.people.remove(place),
        None if reaction.on && summary.people.len() < REACTION_NAMES_MAX => summary.people.push(by.clone()),
        _ => {}
    }
}
