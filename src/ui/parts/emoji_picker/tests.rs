use super::*;
use crate::model::conversation::reactions::QUICK;

/// What the server takes of the emojis that systems have pictures for, a group in each line, without skin tones.
fn accepted() -> String {
    let group = |group| {
        let known = emojis::iter().filter(|emoji| emoji.group() == group);
        let old = known.filter(|emoji| emoji.emoji_version() <= emojis::EmojiVersion::new(15, 0));
        old.map(emojis::Emoji::as_str).collect::<Vec<_>>().join(" ") + "\n"
    };
    emojis::Group::iter().map(group).collect()
}

#[test]
fn exactly_what_the_server_accepts_is_offered() {
    // To bring the table up to date, write what this test expects into it.
    assert!(EMOJIS == accepted(), "src/ui/parts/emoji_picker/emojis.txt should be:\n{}", accepted());
    for emoji in EMOJIS.split_whitespace() {
        assert_eq!(emojis::get(emoji).map(emojis::Emoji::as_str), Some(emoji));
        assert!(!emoji.contains(['<', '"', '&']), "it is put into HTML as it is");
    }
    assert!(QUICK.iter().all(|quick| EMOJIS.split_whitespace().any(|emoji| emoji == *quick)));
}

#[test]
fn every_group_has_a_name_in_every_language() {
    for language in [Language::English, Language::Chinese] {
        let words = words(language);
        assert_eq!(words.names.len(), EMOJIS.lines().count());
        assert!(
            words.names.iter().chain([&words.groups]).all(|name| !name.is_empty() && !name.contains(['<', '"', '&']))
        );
    }
}
