//! The mark of the message that an address names. It is drawn into the document only: in the browser a script keeps it
//! (`habits.js`), which knows the message by the same address, so that no row has to know.

use leptos::prelude::*;

use crate::model::address;
use crate::protocol::Seq;

/// Marks the row of a message, if it is in the document.
pub fn mark(document: &str, seq: Seq) -> String {
    let id = [" id=\"", &address::anchor(seq), "\""].concat();
    // In a text the same characters may stand, but never between the angles of a tag.
    let is_in_tag = |place: usize| document[..place].rfind('<') > document[..place].rfind('>');
    let row = document.match_indices(&id).map(|(place, _)| place).find(|place| is_in_tag(*place));
    let Some(place) = row else { return document.to_owned() };
    let (before, after) = document.split_at(place);
    [before, " aria-current=\"true\"", after].concat()
}

/// Brings a browser without scripts to the message, where only the path of the address names it.
pub fn show(seq: Seq) -> impl IntoView {
    let place = ["0;url=#", &address::anchor(seq)].concat();
    view! { <noscript><meta http-equiv="refresh" content=place /></noscript> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_is_marked_and_not_what_somebody_wrote() {
        let document =
            "<ol><li id=\"m15\">see id=\"m5\"&lt;li id=\"m5\"</li><li class=\"message\" id=\"m5\" data-row=\"\">";
        let marked = mark(document, Seq::new(5));
        assert_eq!(marked, document.replace("class=\"message\"", "class=\"message\" aria-current=\"true\""));
        assert_eq!(mark(document, Seq::new(1)), document, "a message that is not in the document");
    }
}
