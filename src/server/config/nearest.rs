//! Finds what a misspelt name may have meant.

/// The candidate that takes the fewest edits to reach, if it is near enough to be a slip of the pen: a third of the name.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let name = name.to_lowercase().replace('-', "_");
    candidates
        .into_iter()
        .map(|candidate| (edits(&name, &candidate.replace('-', "_")), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .map(|(_, candidate)| candidate.to_owned())
}

/// Levenshtein distance in characters, one row at a time (Wagner and Fischer, 1974).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, from_char) in from.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (column, to_char) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(from_char != *to_char);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::{edits, nearest};

    #[test]
    fn edits_counts_insertions_removals_and_changes() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("茶馆", "茶"), 1);
        assert_eq!(edits("same", "same"), 0);
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised_and_another_word_is_not() {
        let keys = ["frame_bytes", "sends_per_minute", "site-root"];
        assert_eq!(nearest("frame_byte", keys).as_deref(), Some("frame_bytes"));
        assert_eq!(nearest("Sends-Per-Minute", keys).as_deref(), Some("sends_per_minute"));
        assert_eq!(nearest("site_root", keys).as_deref(), Some("site-root"));
        assert_eq!(nearest("colour", keys), None);
    }
}
