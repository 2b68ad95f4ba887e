use proptest::prelude::*;

use super::*;

#[derive(Debug, PartialEq)]
enum Span {
    Text(String),
    Link { text: String, href: String },
}

/// A text and the links in it, in order.
fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut plain_from, mut start) = (0, 0);
    let push_text = |spans: &mut Vec<Span>, text: &str| {
        if !text.is_empty() {
            spans.push(Span::Text(text.to_owned()));
        }
    };
    while start < text.len() {
        let found = text.is_char_boundary(start).then(|| at(text, start, &|_| false)).flatten();
        let Some(found) = found else {
            start += 1;
            continue;
        };
        if let Some((len, link)) = found.link {
            push_text(&mut spans, &text[plain_from..start]);
            spans.push(Span::Link { text: link.text, href: link.href });
            plain_from = start + len;
        }
        start += found.looked_at;
    }
    push_text(&mut spans, &text[plain_from..]);
    spans
}

/// A message in short: links in ⟦⟧, with `→ href` where it differs from what is shown.
fn marked(text: &str) -> String {
    spans(text)
        .into_iter()
        .map(|span| match span {
            Span::Text(text) => text,
            Span::Link { text, href } if text == href => format!("⟦{text}⟧"),
            Span::Link { text, href } => format!("⟦{text}→{href}⟧"),
        })
        .collect()
}

fn assert_marked(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(marked(text), *expected);
    }
}

#[test]
fn the_three_schemes_are_links_and_nothing_else_is() {
    assert_marked(&[
        (
            "see http://a.example and https://b.example/x?y=1&z=2#t",
            "see ⟦http://a.example⟧ and ⟦https://b.example/x?y=1&z=2#t⟧",
        ),
        ("write mailto:ada@tea.example?subject=hi", "write ⟦mailto:ada@tea.example?subject=hi⟧"),
        ("mailto:иван@example.com", "⟦mailto:иван@example.com⟧"),
        ("HTTPS://Tea.Example/A", "⟦HTTPS://Tea.Example/A→https://Tea.Example/A⟧"),
        ("http://[::1]:8080/ http://localhost:3000", "⟦http://[::1]:8080/⟧ ⟦http://localhost:3000⟧"),
        ("https://a.example\nhttps://b.example", "⟦https://a.example⟧\n⟦https://b.example⟧"),
        ("https://a.example,https://b.example", "⟦https://a.example⟧,⟦https://b.example⟧"),
    ]);
    for text in [
        "www.example.com",
        "ftp://a.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "tel:123",
        "blob:x",
        "//a.example",
        "http:/a.example",
        "http:a.example",
        "https ://a.example",
        "h\u{200B}ttp://a.example",
        "ht\ttp://a.example",
        "&#104;ttp://a.example&",
        "git+https://a.example",
        "xhttp://a.example",
        "",
        "http",
        "mailto",
        "no link at all",
    ] {
        assert_eq!(spans(text).iter().filter(|span| matches!(span, Span::Link { .. })).count(), 0, "{text:?}");
    }
}

#[test]
fn an_address_that_leads_nowhere_or_elsewhere_is_text() {
    for text in [
        "http://",
        "https://.",
        "https:///x",
        "https://?x",
        "http://)",
        "https://bank.example@evil.example/",
        "http://a:b@c.example",
        "https://@evil.example",
        "https://%65vil.example",
        "https://-a.example",
        "mailto:",
        "mailto:ada",
        "mailto:@a.example",
        "mailto:ada@",
        "mailto:a@b@c",
        "mailto:ada@.",
        "https://\u{202E}moc.live",
        "http://\\evil.example",
    ] {
        assert_eq!(spans(text), [Span::Text(text.to_owned())], "{text:?}");
    }
}

#[test]
fn characters_of_markup_and_the_invisible_ones_end_a_link() {
    assert_marked(&[
        ("<https://a.example/x>", "<⟦https://a.example/x⟧>"),
        ("\"https://a.example/x\"onclick=alert(1)", "\"⟦https://a.example/x⟧\"onclick=alert(1)"),
        ("https://a.example/\u{202E}x", "⟦https://a.example/⟧\u{202E}x"),
        ("https://a.example/\u{200B}x", "⟦https://a.example/⟧\u{200B}x"),
        ("https://a.example/\0x", "⟦https://a.example/⟧\0x"),
        ("https://a.example\\@evil.example", "⟦https://a.example⟧\\@evil.example"),
        ("https://a.example/?q=javascript:alert(1)", "⟦https://a.example/?q=javascript:alert(1)⟧"),
    ]);
}

#[test]
fn the_sentence_around_a_link_is_not_part_of_it() {
    assert_marked(&[
        ("Go to https://a.example/x.", "Go to ⟦https://a.example/x⟧."),
        ("Is it https://a.example/x?!", "Is it ⟦https://a.example/x⟧?!"),
        ("(https://a.example/x)", "(⟦https://a.example/x⟧)"),
        ("(see https://a.example/x).", "(see ⟦https://a.example/x⟧)."),
        ("[https://a.example/x]", "[⟦https://a.example/x⟧]"),
        ("https://wiki.example/Tea_(drink)", "⟦https://wiki.example/Tea_(drink)⟧"),
        ("(https://wiki.example/Tea_(drink))", "(⟦https://wiki.example/Tea_(drink)⟧)"),
        ("'https://a.example'", "'⟦https://a.example⟧'"),
        ("https://a.example/))))", "⟦https://a.example/⟧))))"),
    ]);
}

#[test]
fn chinese_needs_no_space_around_a_link() {
    assert_marked(&[
        ("看https://a.example/x。好", "看⟦https://a.example/x⟧。好"),
        ("（https://a.example/x）", "（⟦https://a.example/x⟧）"),
        ("「https://a.example」，", "「⟦https://a.example⟧」，"),
        ("《https://a.example/》", "《⟦https://a.example/⟧》"),
        ("见https://a.example：", "见⟦https://a.example⟧："),
        ("https://a.example吧", "⟦https://a.example⟧吧"),
        ("https://zh.wiki.example/wiki/茶馆", "⟦https://zh.wiki.example/wiki/茶馆⟧"),
        ("https://例子.测试/x", "⟦https://例子.测试/x⟧"),
        ("https://bücher.example", "⟦https://bücher.example⟧"),
    ]);
}

#[test]
fn what_only_looks_like_the_end_of_a_host_ends_it() {
    assert_marked(&[
        ("https://bank.example⁄login.evil.example/", "⟦https://bank.example⟧⁄login.evil.example/"),
        ("https://bank.example∕login.evil.example/", "⟦https://bank.example⟧∕login.evil.example/"),
        ("https://bank.example\u{2024}evil.example/", "⟦https://bank.example⟧\u{2024}evil.example/"),
        ("https://bank.example‐evil.example/", "⟦https://bank.example⟧‐evil.example/"),
        ("https://हिन्दी.भारत/", "⟦https://हिन्दी.भारत/⟧"),
    ]);
    let long = format!("https://{}/", "a".repeat(host::BYTES_MAX + 1));
    assert_eq!(spans(&long), [Span::Text(long.clone())], "no such name can be looked up");
}

#[test]
fn a_host_of_mixed_scripts_is_shown_as_it_is_looked_up() {
    assert_marked(&[
        ("see https://bаnk.example/а?б#в.", "see ⟦https://xn--bnk-6cd.example/а?б#в⟧."),
        ("HTTPS://кто.example:8080", "⟦HTTPS://xn--j1ail.example:8080→https://xn--j1ail.example:8080⟧"),
        ("https://кто.рф/", "⟦https://кто.рф/⟧"),
    ]);
}

#[test]
fn a_link_ends_where_the_sentence_goes_on_in_another_script() {
    assert_marked(&[
        ("https://b23.tv/abc这个视频", "⟦https://b23.tv/abc⟧这个视频"),
        ("https://b23.tv/abc?p=2这个", "⟦https://b23.tv/abc?p=2⟧这个"),
        ("https://a.example/这个视频abc好", "⟦https://a.example/这个视频abc好⟧"),
        ("https://a.example/茶馆/abc二号", "⟦https://a.example/茶馆/abc二号⟧"),
        ("https://a.example/?q=茶馆", "⟦https://a.example/?q=茶馆⟧"),
    ]);
}

#[test]
fn a_hostile_message_costs_one_pass() {
    for hostile in
        ["http://@".repeat(8_000), "http://".repeat(9_000), format!("https://a.example/{}", ")".repeat(60_000))]
    {
        let spans = spans(&hostile);
        assert!(spans.len() <= 2, "{}", spans.len());
    }
}

#[test]
fn a_link_ends_where_the_reader_of_marks_says() {
    let ends_at = |text: &'static str| move |at: usize| text.as_bytes()[at] == b'*';
    for (text, link) in [("https://a.example*b", "https://a.example"), ("https://a.example/x*b", "https://a.example/x")]
    {
        let found = at(text, 0, &ends_at(text)).and_then(|found| found.link);
        assert_eq!(found.map(|(_, link)| link.text).as_deref(), Some(link));
    }
}

#[test]
fn an_address_between_brackets_leads_somewhere_as_a_whole_or_not_at_all() {
    for (address, href) in [
        ("https://a.example/x_(y).", Some("https://a.example/x_(y).")),
        ("HTTPS://a.example/abc这个", Some("https://a.example/abc这个")),
        ("mailto:ada@a.example?subject=hi", Some("mailto:ada@a.example?subject=hi")),
        ("https://bаnk.example/", Some("https://xn--bnk-6cd.example/")),
        ("https://bank.example@evil.example", None),
        ("https://bank.example⁄login.evil.example/", None),
        ("https://a.example/<x>", None),
        ("https://a.example/ x", None),
        ("javascript:alert(1)//https://a.example", None),
        (" https://a.example", None),
        ("/r/lobby", None),
        ("", None),
    ] {
        assert_eq!(whole(address).map(|link| link.href).as_deref(), href, "{address:?}");
    }
}

proptest! {
    #[test]
    fn no_character_is_lost_and_every_link_is_of_the_three(
        text in r"(https?://|mailto:|javascript:|[a-z@.()/ 茶。）\x00\\]){0,12}"
    ) {
        let mut shown = String::new();
        for span in spans(&text) {
            match span {
                Span::Text(text) => shown.push_str(&text),
                Span::Link { text, href } => {
                    prop_assert!(SCHEMES.iter().any(|scheme| href.starts_with(scheme)));
                    prop_assert_eq!(text.to_lowercase(), href.to_lowercase());
                    shown.push_str(&text);
                }
            }
        }
        // A host of mixed scripts is shown as it is looked up.
        prop_assert!(shown == text || shown.contains("xn--"));
    }
}
