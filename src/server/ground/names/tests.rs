//! Protects: no name can be mistaken for that of somebody else, and different names stay different.

use super::*;

/// Pairs of names that a reader cannot tell apart in some common font, or only by looking twice.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("Alice", "AIice"),
    ("Alice", "Al1ce"),
    ("Alice", "A|ice"),
    ("Alice", "AI1ce"),
    ("Alice", "Аlice"),
    ("Alice", "Alicе"),
    ("Alice", "Αlice"),
    ("Alice", "Ali\u{200D}ce"),
    ("Alice", "Al\u{131}ce"),
    ("ALICE", "AL1CE"),
    ("ALICE", "АLІСЕ"),
    ("Bob", "B0b"),
    ("Bob", "Вob"),
    ("Bob", "BOB\u{FE0F}"),
    ("clem", "cIern"),
    ("paypal", "раураl"),
    ("می\u{200C}خواهم", "میخواهم"),
    ("Ⅳ", "lv"),
    ("Ilsa", "llsa"),
    ("Ilsa", "1lsa"),
    ("lisa", "Iisa"),
    ("Ian", "lan"),
    ("Lisa", "L1sa"),
    ("Lisa", "Lіsa"),
    ("LISA", "Lіsa"),
    ("Alice", "АLІСЕ"),
    ("ALICE", "Al1ce"),
    ("Íris", "ĺris"),
    ("Mary", "mаry"),
    ("Anna1", "AnnaI"),
    ("Viola", "V1o1a"),
    ("Alice", "Alice."),
    ("Alice", "Alice🍵"),
    ("Alice", "Alice ❤\u{FE0F}"),
    ("Alice", "Alice_"),
    ("Alice", "•Alice•"),
    ("Alice", "~* Alice *~"),
    ("Alice", "Alice™"),
    ("Alice", "🇩🇪 аlice"),
    ("Alice.", "Alice!"),
    ("Anna-Lena", "-Anna-Lena-"),
    ("O'Neil", "O'Neil'"),
    ("小明", "小明！"),
    ("小明", "【小明】"),
    ("नमस्ते", "«नमस्ते»"),
    ("Zoë", "Zoe\u{308}✨"),
    ("Ann", "Ann 🌸"),
    ("C", "C++"),
    ("1", "№ 1"),
    ("Paul", "Pau|"),
    ("Isabel", "|sabel"),
    ("All", "Al|"),
    ("Alice", "Aliceǃ"),
    ("Alice", "Aliceʼ"),
    ("paypal", "ᴘᴀʏᴘᴀʟ"),
    ("PEPSI", "ᴘᴇᴘꜱɪ"),
    ("PEPSI", "ᏢᎬᏢᏚᏆ"),
    ("自己", "自已"),
    ("自己", "自巳"),
    ("内人", "內人"),
    ("吕布", "呂布"),
    ("黄雨", "黃雨"),
    ("青青", "靑靑"),
    ("国王", "囯王"),
];

/// Pairs that are the same name, typed in another way.
const SAME: &[(&str, &str)] = &[
    ("Alice", "alice"),
    ("Alice", "ＡＬＩＣＥ"),
    ("Zoë", "Zoe\u{308}"),
    ("STRASSE", "strasse"),
    ("ΗΡΑ", "ηρα"),
    ("ﬁn", "fin"),
    ("Alice", "𝐀lice"),
    ("小明", "⼩明"),
    ("İ", "i\u{307}"),
];

/// Pairs that nobody takes for each other.
const DIFFERENT: &[(&str, &str)] = &[
    ("Alice", "Bob"),
    ("小明", "小红"),
    ("国王", "國王"),
    ("天天", "夭夭"),
    ("Zoë", "Zoe"),
    ("Ann-Marie", "Ann Marie"),
    ("Ann", "Anna"),
    ("Jürgen", "Jurgen"),
    ("Ali", "Alia"),
    ("💧", "🔥"),
    ("Lisa", "Ilsa"),
    ("lisa", "ilsa"),
    ("LISA", "ILSA"),
    ("Lisa", "ilsa"),
    ("Ian", "Lan"),
    ("Ali", "All"),
    ("Eli", "Ell"),
    ("Mila", "Mlia"),
    ("Nils", "Nlis"),
    ("Alice", "Allce"),
    ("Anna1", "Anna2"),
    ("Anna1", "Anna11"),
    ("Anna-Lena", "Anna Lena"),
    ("Anna-Lena", "Annalena"),
    ("O'Neil", "ONeil"),
    ("O'Neil", "Neil"),
    ("小明", "小明明"),
    ("小明", "小·明"),
    ("नमस्ते", "नमस्"),
    ("Zoë!", "Zoe!"),
    ("💧", "💧💧"),
    ("•💧•", "💧"),
    ("^_^", "-_-"),
    ("^_^", "^^"),
    ("...", "…!"),
    ("Alice²", "Alice"),
    ("Alice🍵Bob", "Alice Bob"),
];

/// Each character is found by halving the table.
#[test]
fn the_table_of_what_is_drawn_alike_is_in_order() {
    assert!(DRAWN_LIKE.is_sorted_by_key(|(character, _)| *character));
}

#[test]
fn every_look_alike_clashes_and_every_other_name_does_not() {
    for (table, expected) in
        [(LOOK_ALIKES, Some(NameClash::LookAlike)), (SAME, Some(NameClash::Taken)), (DIFFERENT, None)]
    {
        for (one, other) in table {
            let (one_key, other_key) = (NameKey::of(one), NameKey::of(other));
            assert_eq!(one_key.clash(&other_key), expected, "{one:?} and {other:?}: {one_key:?}, {other_key:?}");
            assert_eq!(other_key.clash(&one_key), expected, "{other:?} and {one:?}");
            let is_found = one_key.look() == other_key.look() || one_key.folded == other_key.folded;
            assert!(is_found || expected.is_none(), "{one:?} and {other:?} are never compared");
        }
    }
}

#[test]
fn a_reserved_name_stays_reserved_in_any_dress() {
    let reserved = ReservedNames::new(&["admin", "茶馆", "bot", "!"].map(str::to_owned));
    for taken in [
        "admin",
        "ADMIN",
        "[admin]",
        "a d m i n",
        "Adm1n",
        "аdmin",
        "~admin~",
        "admin 🛡",
        "àdmin",
        "茶 馆",
        "【茶馆】",
        "b0t",
    ] {
        assert!(reserved.contains(taken), "{taken}");
    }
    for free in ["adminton", "Robot", "茶", "馆茶", "🌸", "?"] {
        assert!(!reserved.contains(free), "{free}");
    }
}
