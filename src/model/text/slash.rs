//! Words behind a slash at the very start of what people type, such as `/shrug`: each stands for text, and what is posted is
//! that text and nothing else. Not for programs, which post what they mean.

/// What is put behind the text. None of it is a mark of Markdown.
const FIGURES: [(&str, &str); 4] =
    [("shrug", r"¯\_(ツ)_/¯"), ("tableflip", "(╯°□°)╯︵ ┻━┻"), ("unflip", "┬─┬ノ( º _ ºノ)"), ("lenny", "( ͡° ͜ʖ ͡°)")];

/// The word that makes its text an action.
const ACTION: &str = "me";

/// What is posted for what was typed. `/shrug` and the like put their figure behind the text, `/me` makes the text italic.
/// Two slashes before such a word stand for one. Anything else is posted as it was typed.
#[must_use]
pub fn posted(typed: &str) -> String {
    expanded(typed).unwrap_or_else(|| typed.to_owned())
}

fn expanded(typed: &str) -> Option<String> {
    let rest = typed.strip_prefix('/')?;
    if let Some(word) = rest.strip_prefix('/') {
        return (figure(word).is_some() || action(word).is_some()).then(|| rest.to_owned());
    }
    if let Some(text) = action(rest) {
        return Some(["*", text, "*"].concat());
    }
    let (text, figure) = figure(rest)?;
    // A figure must not become part of the last of several lines, which may end code.
    let between = match text {
        "" => "",
        text if text.contains('\n') => "\n",
        _ => " ",
    };
    Some([text, between, figure].concat())
}

/// The text behind the word of a figure, and the figure.
fn figure(typed: &str) -> Option<(&str, &'static str)> {
    FIGURES.iter().find_map(|(word, figure)| Some((behind(typed, word)?, *figure)))
}

/// The text of an action, which is never empty.
fn action(typed: &str) -> Option<&str> {
    behind(typed, ACTION).filter(|text| !text.is_empty())
}

/// What stands behind a word, without white space around it; `None` when something else begins with these letters.
fn behind<'a>(typed: &'a str, word: &str) -> Option<&'a str> {
    let rest = typed.strip_prefix(word)?;
    let is_word = rest.is_empty() || rest.starts_with(char::is_whitespace);
    is_word.then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::markdown::plain_text;

    /// What readers see of what somebody typed.
    fn shown(typed: &str) -> String {
        plain_text(&posted(typed))
    }

    #[test]
    fn a_word_puts_its_figure_behind_the_text() {
        for (typed, expected) in [
            ("/shrug", r"¯\_(ツ)_/¯"),
            ("/shrug no idea", r"no idea ¯\_(ツ)_/¯"),
            ("/shrug  no idea \n", r"no idea ¯\_(ツ)_/¯"),
            ("/tableflip", "(╯°□°)╯︵ ┻━┻"),
            ("/unflip 对不起", "对不起 ┬─┬ノ( º _ ºノ)"),
            ("/lenny\ttea?", "tea? ( ͡° ͜ʖ ͡°)"),
            ("/shrug one\ntwo", "one\ntwo\n¯\\_(ツ)_/¯"),
        ] {
            assert_eq!(shown(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn an_action_is_italic() {
        assert_eq!(posted("/me waves"), "*waves*");
        assert_eq!(shown("/me 泡茶 "), "泡茶");
    }

    #[test]
    fn two_slashes_before_a_word_stand_for_one() {
        for (typed, expected) in [("//shrug no idea", "/shrug no idea"), ("//me waves", "/me waves")] {
            assert_eq!(posted(typed), expected);
        }
    }

    #[test]
    fn everything_else_is_posted_as_it_was_typed() {
        for typed in [
            "",
            "/",
            "//",
            "/me",
            "/me  ",
            "/shrugs",
            "/shrug-it",
            "/Shrug",
            "/etc/passwd",
            "/unknown word",
            " /shrug",
            "so: /shrug",
            "// a comment",
            "///shrug",
            "//unknown",
            "//me",
        ] {
            assert_eq!(posted(typed), typed);
        }
    }
}
