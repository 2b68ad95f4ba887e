use super::*;

mod properties;

use self::properties::depth;

/// A tree in short: each format by its mark in front, its content in braces.
fn drawn(text: &str) -> String {
    let mut drawn = String::new();
    for token in parse(text) {
        match token {
            MarkdownToken::Start(format) => {
                drawn.push_str(&match format {
                    Format::Bold => "b".to_owned(),
                    Format::Italic => "i".to_owned(),
                    Format::Strike => "s".to_owned(),
                    Format::Spoiler => "spoiler".to_owned(),
                    Format::Code => "code".to_owned(),
                    Format::Link { href } => format!("a({href})"),
                    Format::Quote => "quote".to_owned(),
                    Format::List(None) => "ul".to_owned(),
                    Format::List(Some(first)) => format!("ol({first})"),
                    Format::Item => "li".to_owned(),
                    Format::CodeBlock { language } => format!("pre({})", language.unwrap_or_default()),
                });
                drawn.push('{');
            }
            MarkdownToken::End => drawn.push('}'),
            MarkdownToken::Text(text) => drawn.push_str(&text),
        }
    }
    drawn
}

fn assert_drawn(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(drawn(text), *expected, "{text:?}");
    }
}

fn assert_as_typed(texts: &[&str]) {
    for text in texts {
        assert_eq!(drawn(text), *text);
    }
}

#[test]
fn marks_within_a_line() {
    assert_drawn(&[
        ("a **b** *c* _d_ ~~e~~ ||f|| `g`", "a b{b} i{c} i{d} s{e} spoiler{f} code{g}"),
        ("***both***", "b{i{both}}"),
        ("**a *b* c**", "b{a i{b} c}"),
        ("**a***b*", "b{a}i{b}"),
        ("***a* b**", "b{i{a} b}"),
        ("~~**a**~~||*b*||", "s{b{a}}spoiler{i{b}}"),
        ("||a ||b|| c||", "spoiler{a spoiler{b} c}"),
        ("_snake_case_", "i{snake_case}"),
        ("*a\nb*", "i{a\nb}"),
        ("||a\nb||", "spoiler{a\nb}"),
        ("*a **b*", "i{a **b}"),
        ("**a *b**", "b{a *b}"),
        ("(*a*)", "(i{a})"),
        ("un*frigging*believable", "uni{frigging}believable"),
    ]);
    assert_as_typed(&[
        "2*3*4 = 24",
        "a * b * c",
        "snake_case_name and __init__",
        "имя_файла_тут",
        "été_naïf_là",
        "** a **",
        "*a\n\nb*",
        "~a~ |b| ~~~c~~~ ****d****",
        "||",
        "****",
        "a**",
        "**a",
        ">_< >.> >:(",
        "a || b || c",
        "* * *",
        "---",
    ]);
}

/// `CommonMark` leaves these marks as text, since a mark stands between punctuation and a letter.
#[test]
fn marks_beside_chinese_and_japanese() {
    assert_drawn(&[
        ("**中文。**中文", "b{中文。}中文"),
        ("中文**“引号”**中文", "中文b{“引号”}中文"),
        ("这是_重点_内容", "这是i{重点}内容"),
        ("茶*馆*。", "茶i{馆}。"),
        ("**テスト。**テスト", "b{テスト。}テスト"),
        ("**강조(强调)**를", "b{강조(强调)}를"),
        ("_강조_를", "i{강조}를"),
        ("剧透||凶手是管家。||完", "剧透spoiler{凶手是管家。}完"),
        ("用`code`吧", "用code{code}吧"),
        ("**https://a.example/x**中文", "b{a(https://a.example/x){https://a.example/x}}中文"),
    ]);
    assert_as_typed(&["**\u{3000}中文**"]);
}

#[test]
fn code_is_as_typed() {
    assert_drawn(&[
        ("`*a* \\` b", "code{*a* \\} b"),
        ("`` a`b ``", "code{a`b}"),
        ("```a```", "code{a}"),
        ("` `", "code{ }"),
        ("`a", "`a"),
        ("``a`", "``a`"),
        ("`a\nb`", "`a\nb`"),
        ("*a `b* c`*", "i{a code{b* c}}"),
        ("`https://a.example`", "code{https://a.example}"),
    ]);
}

#[test]
fn a_fence_keeps_its_lines() {
    assert_drawn(&[
        ("```rust\nfn tea() {\n    *a*\n\n}\n```", "pre(rust){fn tea() {\n    *a*\n\n}}"),
        ("see:\n```\na\n```\nthere", "see:pre(){a}there"),
        ("```\nnever closed", "pre(){never closed}"),
        ("```\na\nb```", "pre(){a\nb}"),
        ("```some code\nmore\n```", "pre(){some code\nmore}"),
        ("````\n```\n````", "pre(){```}"),
        ("  ```\n    a\n  b\n  ```", "pre(){  a\nb}"),
        ("```\n```", "pre(){}"),
        ("```\n\na\n```", "pre(){\na}"),
        ("``` \n> a\n```", "pre(){> a}"),
        ("```c++\nx\n```", "pre(c++){x}"),
    ]);
}

#[test]
fn quotes_and_lists() {
    assert_drawn(&[
        ("> a\n> b\nc", "quote{a\nb}c"),
        ("a\n> b\n>\n> c", "aquote{b\n\nc}"),
        (">> a\n> b", "quote{quote{a}b}"),
        ("> *a\n> b*", "quote{i{a\nb}}"),
        ("- a\n- b", "ul{li{a}li{b}}"),
        ("milk:\n* a\n* b\n\ndone", "milk:ul{li{a}li{b}}done"),
        ("3. a\n4) b", "ol(3){li{a}li{b}}"),
        ("1. a\n\n2. b", "ol(1){li{a}}ol(2){li{b}}"),
        ("- a\n  more\n  - b\n  - c\n- d", "ul{li{a\nmoreul{li{b}li{c}}}li{d}}"),
        ("- a\n1. b", "ul{li{a}}ol(1){li{b}}"),
        ("- a\n  ```\n  x\n\n  y\n  ```\n- b", "ul{li{apre(){x\n\ny}}li{b}}"),
        ("> - a\n> - b", "quote{ul{li{a}li{b}}}"),
        ("- > a", "ul{li{quote{a}}}"),
        ("- **a**", "ul{li{b{a}}}"),
        ("- a\n\t- b", "ul{li{aul{li{b}}}}"),
    ]);
    assert_as_typed(&[
        "2026. What a year",
        "-5 degrees",
        "-",
        "1.",
        "1.5",
        "+1",
        ">",
        "> ",
        "a\n\n\nb",
        "  indented",
        "- - -",
    ]);
}

#[test]
fn links_lead_where_they_may() {
    assert_drawn(&[
        ("[tea](https://a.example/x_(y)) is", "a(https://a.example/x_(y)){tea} is"),
        ("[**tea**](http://a.example)", "a(http://a.example){b{tea}}"),
        ("**[a*b](https://a.example)**", "b{a(https://a.example){a*b}}"),
        ("[ada](mailto:ada@a.example)", "a(mailto:ada@a.example){ada}"),
        ("(https://a.example/a_b_c*d*e)", "(a(https://a.example/a_b_c*d*e){https://a.example/a_b_c*d*e})"),
        ("*https://a.example/x*", "i{a(https://a.example/x){https://a.example/x}}"),
        ("_https://a.example/x_", "i{a(https://a.example/x){https://a.example/x}}"),
        ("~~https://a.example/x~~", "s{a(https://a.example/x){https://a.example/x}}"),
        ("||https://a.example/x||", "spoiler{a(https://a.example/x){https://a.example/x}}"),
        ("https://bаnk.example", "a(https://xn--bnk-6cd.example){https://xn--bnk-6cd.example}"),
        (
            "[https://bank.example](https://evil.example)",
            "[a(https://bank.example){https://bank.example}](a(https://evil.example){https://evil.example})",
        ),
        ("[1] and [tea](https://a.example)", "[1] and a(https://a.example){tea}"),
        (
            "[a](https://user@a.example) [b](https://a.example \"title\")",
            "[a](https://user@a.example) [b](a(https://a.example){https://a.example} \"title\")",
        ),
    ]);
    assert_as_typed(&[
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](/r/lobby)",
        "[x](//evil.example)",
        "[x]( https//a.example)",
        "[x](JAVASCRIPT:alert(1))",
        "[x]",
        "](",
        "![x](y)",
    ]);
    let empty = "[](https://a.example) [\u{200B} ](https://a.example)";
    assert!(!drawn(empty).contains("{}") && drawn(empty).starts_with("[]("), "a link shows something");
    assert!(!drawn("[||x||](https://a.example)").contains("){spoiler"), "nothing to press lies in a link");
}

#[test]
fn a_backslash_keeps_a_mark() {
    assert_drawn(&[
        (r"\*a\* \_b\_ \~~c\~~ \||d\|| \`e\`", "*a* _b_ ~~c~~ ||d|| `e`"),
        (r"\> a", "> a"),
        (r"\- a", "- a"),
        (r"\\*a*", r"\i{a}"),
        (r"\[a](https://a.example)", "[a](a(https://a.example){https://a.example})"),
    ]);
    assert_as_typed(&[r"¯\_(ツ)_/¯", r"C:\tea\leaves", r"\d+ a\-b", r"a\"]);
}

#[test]
fn no_more_than_eight_formats_lie_in_each_other() {
    let quotes = format!("{} a", ">".repeat(20));
    assert_eq!(drawn(&quotes), format!("{}{} a{}", "quote{".repeat(8), ">".repeat(12), "}".repeat(8)));
    assert_eq!(drawn(&format!("{} *a*", ">".repeat(8))), format!("{}*a*{}", "quote{".repeat(8), "}".repeat(8)));
    let nested = "*a **b ".repeat(10) + &"** *".repeat(10);
    assert!(depth(&nested) <= DEPTH_MAX, "{}", drawn(&nested));
}

#[test]
fn a_plain_text_has_no_marks_and_tells_no_secret() {
    for (text, plain) in [
        ("**a** [b](https://a.example) `c`", "a b c"),
        ("it was ||the **butler**||!", "it was ▒▒▒!"),
        ("a\n- b\n- c\n> d", "a\nb\nc\nd"),
        ("```rust\ntea();\n```", "tea();"),
        ("", ""),
    ] {
        assert_eq!(plain_text(text), plain, "{text:?}");
    }
}
