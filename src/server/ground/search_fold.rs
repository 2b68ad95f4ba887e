//! Which forms of letters somebody who searches takes for the same. The tables behind it are large, so they live on the server
//! only. Not here: how a text is cut into words (`model::search`), nor how names are compared (`names`).

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::model::text::invisible::is_mark;

/// A grapheme cluster in small letters, of the usual width, without the common diacritics.
#[must_use]
pub fn fold_cluster(cluster: &str) -> String {
    if cluster.is_ascii() {
        return cluster.to_ascii_lowercase();
    }
    let plain: String = cluster.nfkd().filter(|character| !is_mark(*character)).collect();
    let small = plain.to_lowercase();
    small
        .nfkd()
        .filter(|character| !is_mark(*character))
        .map(|character| if character == 'ς' { 'σ' } else { character })
        .nfc()
        .collect()
}

/// A whole text so, for comparing names.
#[must_use]
pub fn fold_text(text: &str) -> String {
    text.trim().graphemes(true).map(fold_cluster).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_takes_for_the_same_is_folded_to_the_same() {
        for (text, folded) in [
            ("Café", "cafe"),
            ("Cafe\u{301}", "cafe"),
            ("ＴＥＡ", "tea"),
            ("ﬁne", "fine"),
            ("İstanbul", "istanbul"),
            ("ΟΔΟΣ", "οδοσ"),
            ("οδος", "οδοσ"),
            ("ガ", "ガ"),
            ("ｶﾞ", "ガ"),
            ("\u{1112}\u{1161}\u{11AB}", "한"),
            ("हिन्दी", "हिन्दी"),
            (" 茶馆 ", "茶馆"),
        ] {
            assert_eq!(fold_text(text), folded, "{text}");
        }
    }
}
