//! Names the reader among the people of their own reactions. A page of history names the first people who have a reaction,
//! whoever reads it, so that whoever came later would take their own for a reaction of others. Not here: who is named
//! first (`log`), and how it is shown (`model::rows`).

use std::collections::HashSet;

use crate::protocol::{HistoryItem, HistoryPage, Person, ReactionSummary, Refusal, Seq};
use crate::server::app::App;
use crate::server::posting::refuse;

/// Whether a page has reactions that more people have than it names.
#[must_use]
pub fn is_crowded(page: &HistoryPage) -> bool {
    page.items.iter().flat_map(|item| &item.reactions).any(has_unnamed)
}

/// Whether a page has reactions of the reader that do not name them. Costs a look into the store for a page that is crowded.
///
/// # Errors
/// Those of a store that cannot be read.
pub async fn leaves_out(app: &App, reader: &Person, page: &HistoryPage) -> Result<bool, Refusal> {
    Ok(is_crowded(page) && !left_out(app, reader, page).await?.is_empty())
}

/// Adds the reader to the people of each of their reactions that does not name them, as the last one.
///
/// # Errors
/// As [`leaves_out`].
pub async fn name_reader(app: &App, reader: &Person, page: &mut HistoryPage) -> Result<(), Refusal> {
    if !is_crowded(page) {
        return Ok(());
    }
    let own = left_out(app, reader, page).await?;
    for HistoryItem { event, reactions, .. } in &mut page.items {
        for reaction in reactions {
            if own.contains(&(event.seq, reaction.emoji.clone())) {
                reaction.people.push(reader.clone());
            }
        }
    }
    Ok(())
}

/// The reader's reactions that do not name them, by message and emoji.
async fn left_out(app: &App, reader: &Person, page: &HistoryPage) -> Result<HashSet<(Seq, String)>, Refusal> {
    let is_open = |reaction: &&ReactionSummary| {
        has_unnamed(reaction) && reaction.people.iter().all(|person| person.id != reader.id)
    };
    let of_item = |item: &HistoryItem| {
        let open = item.reactions.iter().filter(is_open);
        open.map(|reaction| (item.event.seq, reaction.emoji.clone())).collect::<Vec<_>>()
    };
    let among = page.items.iter().flat_map(of_item).collect();
    let own = app.store.reactions_of(page.room.clone(), reader.id.clone(), among).await.map_err(refuse)?;
    Ok(own.into_iter().collect())
}

fn has_unnamed(reaction: &ReactionSummary) -> bool {
    reaction.count as usize > reaction.people.len()
}
