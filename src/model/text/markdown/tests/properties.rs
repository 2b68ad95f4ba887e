//! What holds of every text, however it was marked up.

use proptest::prelude::*;

use super::*;

/// How deep the formats go; an item and its list are one.
pub(super) fn depth(text: &str) -> usize {
    let (mut formats, mut deepest) = (Vec::new(), 0);
    for token in parse(text) {
        match token {
            MarkdownToken::Start(format) => {
                let is_leaf = matches!(format, Format::Code | Format::CodeBlock { .. } | Format::Item)
                    || matches!(format, Format::Link { .. });
                formats.push(usize::from(!is_leaf));
            }
            MarkdownToken::End => drop(formats.pop()),
            MarkdownToken::Text(_) => {}
        }
        deepest = deepest.max(formats.iter().sum());
    }
    deepest
}

/// Protects the server and every reader from a message that is made to be slow: twice the text is twice the work.
#[test]
fn the_work_is_linear_in_the_text() {
    const BYTES: usize = 64 * 1024;
    for unit in [
        "*_[`|",
        "*",
        "**a ",
        "*a**b",
        "_a ",
        "[",
        "[](",
        "](",
        "[a](https://",
        "[a](https://a.example) ",
        "[a](https://x(",
        "`",
        "`a``b```c",
        "~~a",
        "||a",
        "\\",
        "\\*",
        "> ",
        ">",
        "- a\n",
        "- ",
        "> > > - a\n",
        "```\n",
        "```",
        "\n",
        " ",
        "*https://a.example/",
        "*https://a/**",
        "https://",
        "http://@",
        "_https://a/_b",
        "mailto:",
        "*a **b _c ~~d ||e ",
        "a*b*_c_",
        "[[a](https://a.example)",
        "[*a](https://a.example)",
        "1. a\n",
        "中**文。**",
        "  ",
        "\t- a\n",
        "***a** b*",
        "https://a.example/**",
        "h",
        "[ ](https://a.example",
        "`` ` ",
    ] {
        let text = unit.repeat(BYTES / unit.len());
        steps::take();
        let tokens = parse(&text).len();
        let steps = steps::take();
        assert!(steps <= 16 * text.len(), "{unit:?}: {steps} steps");
        assert!(tokens <= 2 * text.len(), "{unit:?}: {tokens} tokens");
    }
}

/// Whether the letters of `shown` are those of `text`, in their order, and so none is lost and none is from elsewhere.
fn letters(text: &str) -> String {
    text.chars().filter(|character| character.is_alphabetic()).collect()
}

/// Texts of words and marks, without addresses.
const MARKED: &str = r"(\*{1,4}|_|__|~~|\|\||`{1,4}|\[|\]|\(|\)|\\|>|> |- |1\. |\n|\n\n| |a|茶|b。){0,40}";

proptest! {
    #[test]
    fn the_text_of_the_tree_is_what_was_typed_without_marks(text in MARKED) {
        let (mut shown, mut open) = (String::new(), 0_i32);
        for token in parse(&text) {
            match token {
                MarkdownToken::Start(format) => {
                    open += 1;
                    if let Format::CodeBlock { language: Some(language) } = format {
                        shown.push_str(language);
                    }
                }
                MarkdownToken::End => open -= 1,
                MarkdownToken::Text(text) => {
                    prop_assert!(!text.is_empty());
                    shown.push_str(&text);
                }
            }
            prop_assert!(open >= 0);
        }
        prop_assert_eq!(open, 0, "each start has its end");
        prop_assert_eq!(letters(&shown), letters(&text));
        let mut typed = text.chars();
        prop_assert!(shown.chars().all(|character| typed.any(|other| other == character)), "{:?} in {:?}", shown, text);
        prop_assert!(depth(&text) <= DEPTH_MAX);
    }

    #[test]
    fn any_text_at_all_is_read(text in any::<String>()) {
        let starts = parse(&text).iter().filter(|token| matches!(token, MarkdownToken::Start(_))).count();
        let ends = parse(&text).iter().filter(|token| **token == MarkdownToken::End).count();
        prop_assert_eq!(starts, ends);
        prop_assert!(plain_text(&text).chars().count() <= text.chars().count() + 3 * starts);
    }

    /// Written in marks, and read back.
    #[test]
    fn what_is_written_in_marks_is_read_as_it_was_meant(words in proptest::collection::vec((0_usize..6, "[a-z茶馆]{1,5}"), 1..12)) {
        let marks = [("", ""), ("**", "b"), ("*", "i"), ("~~", "s"), ("||", "spoiler"), ("`", "code")];
        let written: Vec<_> = words.iter().map(|(mark, word)| format!("{0}{word}{0}", marks[*mark].0)).collect();
        let meant: Vec<_> = words
            .iter()
            .map(|(mark, word)| if *mark == 0 { word.clone() } else { format!("{}{{{word}}}", marks[*mark].1) })
            .collect();
        prop_assert_eq!(drawn(&written.join(" ")), meant.join(" "));
    }
}
