use proptest::prelude::*;

use super::*;

/// Each coloured piece in brackets, behind the letter of its colour.
fn coloured(language: &str, code: &str) -> String {
    let letter = |colour| match colour {
        CodeColour::Keyword => 'w',
        CodeColour::Key => 'k',
        CodeColour::Text => 't',
        CodeColour::Number => 'n',
        CodeColour::Comment => 'c',
    };
    let pieces = Colouring::default().pieces(language, code).into_iter();
    pieces
        .map(|(colour, piece)| colour.map_or(piece.to_owned(), |colour| format!("{}[{piece}]", letter(colour))))
        .collect()
}

#[test]
fn every_language_is_coloured_by_what_it_is_known_for() {
    for (language, code, expected) in [
        ("rust", "fn a<'b>(c: &'b str) -> char { '\\n' } // d", "w[fn] a<'b>(c: &'b str) -> char { t['\\n'] } c[// d]"),
        ("c", "int a = 'x'; /* b\n*/ return 0x1F;", "w[int] a = t['x']; c[/* b\n*/] w[return] n[0x1F];"),
        ("C++", "auto s = \"a\\\"b\";", "w[auto] s = t[\"a\\\"b\"];"),
        ("cs", "var a = null;", "w[var] a = w[null];"),
        ("go", "func main() { x := 1.5 }", "w[func] main() { x := n[1.5] }"),
        ("java", "class A { int b = 1_000; }", "w[class] A { w[int] b = n[1_000]; }"),
        ("js", "const a = `b\n${c}`; // '", "w[const] a = t[`b\n${c}`]; c[// ']"),
        ("ts", "type A = 'b' | \"c\"", "w[type] A = t['b'] | t[\"c\"]"),
        ("py", "def a(b):\n  \"\"\"c\n  d\"\"\" # e", "w[def] a(b):\n  t[\"\"\"c\n  d\"\"\"] c[# e]"),
        ("ruby", "def a; \"#{b}\" end", "w[def] a; t[\"#{b}\"] w[end]"),
        ("bash", "if [ $# -gt 1 ]; then echo 'a' # b", "w[if] [ $# -gt n[1] ]; w[then] w[echo] t['a'] c[# b]"),
        ("sql", "Select a FROM b WHERE c = 'd' -- e", "w[Select] a w[FROM] b w[WHERE] c = t['d'] c[-- e]"),
        ("html", "<p class=\"a\">don't</p><!-- b -->", "w[<p] k[class]=t[\"a\"]>don'tw[</p]>c[<!-- b -->]"),
        ("css", "a:b { margin-top: 10px } /* c */", "k[a]:b { k[margin-top]: n[10px] } c[/* c */]"),
        ("json", "{\"a\": [1, true, \"b\"]}", "{k[\"a\"]: [n[1], w[true], t[\"b\"]]}"),
        ("yaml", "a-b: c#d # e\nf: yes", "k[a-b]: c#d c[# e]\nk[f]: w[yes]"),
    ] {
        assert_eq!(coloured(language, code), expected, "{language}");
    }
}

#[test]
fn code_of_another_language_or_of_none_is_plain() {
    for language in ["", "brainfuck", "plain text"] {
        assert_eq!(coloured(language, "if 1 // \"a\""), "if 1 // \"a\"");
    }
}

#[test]
fn what_is_not_closed_colours_no_other_line() {
    assert_eq!(coloured("js", "don't\nlet a"), "don't\nw[let] a");
    assert_eq!(coloured("js", "`a\nlet b"), "t[`a\nlet b]", "but what may have several lines");
    assert_eq!(coloured("rust", "/* a\nlet b"), "c[/* a\nlet b]");
    assert_eq!(coloured("c", "'"), "'");
    assert_eq!(coloured("rust", "'\\"), "'\\");
    assert_eq!(coloured("js", "\"\\"), "\"\\");
}

#[test]
fn each_name_is_of_one_language() {
    let mut names: Vec<_> = languages::LANGUAGES.iter().flat_map(CodeLanguage::names).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn a_message_has_a_bounded_number_of_colours() {
    let code = "1 ".repeat(2 * COLOURED_MAX);
    let mut colouring = Colouring::default();
    let mut count = |code| colouring.pieces("rust", code).iter().filter(|(colour, _)| colour.is_some()).count();
    assert_eq!(count(&code[..100]), 50);
    assert_eq!(count(&code), COLOURED_MAX - 50);
    assert_eq!(count(&code), 0);
}

proptest! {
    #[test]
    fn colours_change_nothing_of_the_code(
        language in prop::sample::select(vec!["rust", "c", "js", "py", "bash", "sql", "html", "css", "json", "yaml"]),
        code in "([a-z0-9_@.:;<>/*#'\"`!\\\\ \n-]|let|<!--|\"\"\"|茶|é){0,60}",
    ) {
        let pieces = Colouring::default().pieces(language, &code);
        prop_assert!(pieces.iter().all(|(_, piece)| !piece.is_empty()) || code.is_empty());
        prop_assert_eq!(pieces.into_iter().map(|(_, piece)| piece).collect::<String>(), code);
    }
}
