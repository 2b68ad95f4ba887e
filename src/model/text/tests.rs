use proptest::prelude::*;

use super::*;

const FAMILY: &str = "👨\u{200D}👩\u{200D}👧\u{200D}👦";

#[test]
fn a_message_keeps_its_shape_and_its_line_ends_are_made_alike() {
    for (text, kept) in [
        ("one\r\ntwo\rthree\t!\n\n", "one\ntwo\nthree\t!"),
        ("    if tea {\n        pour();\n    }\n", "    if tea {\n        pour();\n    }"),
        ("\n \t\n  a | b\n  --+--\n\n  \n", "  a | b\n  --+--"),
        ("\u{3000}\u{3000}话说天下大势", "\u{3000}\u{3000}话说天下大势"),
        ("\tone\n\n two ", "\tone\n\n two"),
        ("a\u{2028}b\u{2029}c\u{B}d\u{C}e\u{85}f", "a\nb\nc\nd\ne\nf"),
    ] {
        assert_eq!(message(text, 0).as_deref(), Ok(kept), "{text:?}");
    }
}

#[test]
fn what_a_paste_brings_along_unseen_is_harmless() {
    for (text, kept) in [
        ("\u{1b}[31mred\u{1b}[0m and \u{1b}[1;38;5;9mbold", "red and bold"),
        ("\u{1b}\u{1b}[31mx\u{1b}[", "x"),
        ("a\0b\u{8}c\u{7f}d\u{9b}e", "abcde"),
        ("call \u{202A}+1 234\u{202C} now", "call \u{202A}+1 234\u{202C} now"),
        ("\u{2068}Ada\u{2069} joined", "\u{2068}Ada\u{2069} joined"),
        ("\u{2068}Ada\njoined\u{2069}", "Ada\njoined"),
        ("a\u{2069}b\n\u{2066}c\u{2069}", "ab\n\u{2066}c\u{2069}"),
        ("\u{2066}\u{202A}x\u{2069}\u{202C}", "x"),
        ("\u{200E}12\u{200F}\u{61C}", "\u{200E}12\u{200F}\u{61C}"),
    ] {
        assert_eq!(message(text, 0).as_deref(), Ok(kept), "{text:?}");
    }
}

#[test]
fn a_message_that_shows_nothing_is_empty() {
    for nothing in ["", "   ", "\n\t", "\u{3000}", "\u{200B}\u{FEFF}", "\u{2800}", "\u{00AD}"] {
        assert_eq!(message(nothing, 0), Err(ErrorCode::EmptyMessage), "{nothing:?}");
    }
}

#[test]
fn a_message_may_not_hold_what_could_make_it_read_as_something_else() {
    for bad in ["a\u{202D}b", "a\u{202E}b", "\u{2066}a\u{202E}b\u{202C}\u{2069}"] {
        assert_eq!(message(bad, 0), Err(ErrorCode::ForbiddenCharacter), "{bad:?}");
    }
    assert_eq!(before_override("0123456789 茶馆\u{202E}x"), Some("123456789 茶馆"));
    assert_eq!(before_override("\u{202D}"), Some(""));
    assert_eq!(before_override("\u{2066}a\u{2069}"), None);
    for good in ["<b>", "é e\u{301}", "שלום", "हिन्दी", FAMILY, "می\u{200C}خواهم"] {
        assert_eq!(message(good, 0).as_deref(), Ok(good));
    }
}

#[test]
fn length_is_counted_as_a_person_would_count() {
    assert_eq!(message(&FAMILY.repeat(5), 5), Ok(FAMILY.repeat(5)));
    assert_eq!(message("茶馆茶馆茶馆", 5), Err(ErrorCode::MessageTooLong));
    assert_eq!(message(&"x".repeat(100_000), 0).map(|text| text.len()), Ok(100_000), "0 is no limit");
    assert_eq!(message("\n12345 ", 5).as_deref(), Ok("12345"), "what is trimmed does not count");
    assert_eq!(graphemes("e\u{301}茶👍🏽"), 3);
}

#[test]
fn a_nickname_keeps_its_words_apart_by_one_space() {
    assert_eq!(nickname("  Ada \u{3000}  Lovelace ", 24).as_deref(), Ok("Ada Lovelace"));
    for good in [
        "茶",
        "Zoë",
        "e\u{301}",
        "O'Neil",
        FAMILY,
        "❤\u{FE0F}",
        "1\u{FE0F}\u{20E3}",
        "👍🏽",
        "x_x",
        "👩🏻\u{200D}❤\u{FE0F}\u{200D}💋\u{200D}👩🏼",
        "می\u{200C}خواهم",
        "ന്\u{200D}",
        "क्\u{200D}ष",
        "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    ] {
        assert_eq!(nickname(good, 24).as_deref(), Ok(good), "{good:?}");
    }
}

#[test]
fn a_nickname_shows_everything_that_it_holds() {
    for bad in [
        "a\nb",
        "a\0",
        "a\u{202E}b",
        "ad\u{200B}a",
        "ada\u{200D}",
        "ada\u{FE0F}",
        "\u{FEFF}ada",
        "a\u{00AD}da",
        "\u{3164}",
        "\u{2800}",
        "\u{0301}",
        "a\u{E000}",
        "a\u{E0041}",
        "\u{200D}",
        "ada\u{2069}",
        "\u{FFFC}",
        "a\u{200D}\u{301}",
        "\u{200C}می",
        "می\u{200C}\u{200C}",
        "茶\u{200C}馆",
        "🏴\u{E0061}\u{E0062}\u{E007F}",
        "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}",
    ] {
        assert_eq!(nickname(bad, 24), Err(ErrorCode::NicknameForbiddenCharacter), "{bad:?}");
    }
    let stacked = format!("a{}", "\u{0301}".repeat(12));
    assert_eq!(nickname(&stacked, 24), Err(ErrorCode::NicknameForbiddenCharacter), "accents over the line above");
}

#[test]
fn a_nickname_is_neither_empty_nor_too_long() {
    assert_eq!(nickname(" \u{3000}\n", 24), Err(ErrorCode::NicknameEmpty));
    assert_eq!(nickname(&"茶".repeat(24), 24), Ok("茶".repeat(24)));
    assert_eq!(nickname(&"茶".repeat(25), 24), Err(ErrorCode::NicknameTooLong));
    assert!(nickname(&"x".repeat(500), 0).is_ok(), "0 is no limit");
}

#[test]
fn a_rooms_name_suggests_its_address() {
    for (title, slug) in [
        ("Lobby", "lobby"),
        ("  Tea & Cake!  ", "tea-cake"),
        ("茶馆 二号", "茶馆-二号"),
        ("Été — Noël", "été-noël"),
        ("../../etc/passwd", "etc-passwd"),
        ("𝐀b", "b"),
        ("école", "école"),
        ("İstanbul", "istanbul"),
        ("हिन्दी चाय", "हिन्दी-चाय"),
        ("می\u{200C}خواهم", "میخواهم"),
        ("x\u{301}y", "xy"),
    ] {
        assert_eq!(room_slug(title).as_ref().map(RoomSlug::as_str), Ok(slug), "{title}");
    }
    for nothing in ["", "!!!", "   ", "👍"] {
        assert_eq!(room_slug(nothing), Err(ErrorCode::RoomNameInvalid), "{nothing:?}");
    }
    assert_eq!(room_title("  Tea   & Cake "), Ok("Tea & Cake".to_owned()));
    assert_eq!(room_title(&"x".repeat(41)), Err(ErrorCode::RoomNameInvalid));
}

#[test]
fn a_seal_shows_the_first_grapheme() {
    assert_eq!(initial("ada"), "A");
    assert_eq!(initial("茶馆"), "茶");
    assert_eq!(initial(&format!("{FAMILY}x")), FAMILY);
    assert_eq!(initial(""), "");
}

#[test]
fn the_hue_of_a_name_is_the_same_on_every_machine() {
    assert_eq!(hue(""), u16::try_from(0x811c_9dc5_u32 % 360).expect("small"));
    assert_eq!(hue("a"), u16::try_from(0xe40c_292c_u32 % 360).expect("small"), "the published FNV-1a of \"a\"");
    assert_ne!(hue("ada"), hue("bo"));
}

proptest! {
    #[test]
    fn what_was_accepted_is_accepted_unchanged_again(text in any::<String>()) {
        if let Ok(clean) = message(&text, 4_000) {
            prop_assert_eq!(message(&clean, 4_000), Ok(clean.clone()), "a retry must carry the same text");
        }
        if let Ok(clean) = nickname(&text, 24) {
            prop_assert_eq!(nickname(&clean, 24), Ok(clean.clone()));
        }
    }

    #[test]
    fn whatever_a_name_suggests_is_an_address(title in any::<String>()) {
        if let Ok(slug) = room_slug(&title) {
            prop_assert_eq!(room_slug(slug.as_str()), Ok(slug));
        }
    }
}
