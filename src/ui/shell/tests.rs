use leptos::config::LeptosOptions;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::model::samples::{message, named, page_data, person};
use crate::protocol::{
    EventBody, HistoryItem, Message, MessageNo, Origin, Person, Quote, ReactionSummary, ReadMark, RoomSlug,
    RoomSummary, Seq, Timestamp,
};

fn assets() -> Assets {
    Assets::new(&LeptosOptions::builder().output_name("teahouse").build(), "")
}

fn program(name: &str) -> Person {
    Person { origin: Origin::Plain, ..person(name) }
}

/// A room in which some have spoken, some are here, and one is both under two names.
fn page(me: Option<Person>) -> PageData {
    let mut page = page_data();
    let speakers = [person("alice"), person("bob"), named("alice", "Alice of before"), program("clock"), person("bob")];
    let said = |seq: u64| message(seq, 60_000 * seq as i64, speakers[seq as usize % 5].clone(), &format!("id{seq}"));
    page.room.page.items = (1..=40).map(|seq| HistoryItem::new(said(seq))).collect();
    let people = vec![person("alice"), person("erin")];
    page.room.page.items[30].reactions = vec![ReactionSummary { emoji: "🍵".to_owned(), count: 2, people }];
    let quote = Some(Box::new(Quote { nickname: "alice".to_owned(), text: "<b>".to_owned() }));
    let reply = Message { text: "yes".to_owned(), reply_to: Some(Seq::new(1)), quote, ..Message::default() };
    page.room.page.items[35].event.body = EventBody::Message(reply);
    page.room.people = vec![person("alice"), program("clock"), named("dora", "<dora>"), person("you")];
    page.room.summary.online = 7;
    let room = |slug: &str, online: u32| RoomSummary {
        slug: RoomSlug::parse(slug).expect("a good address"),
        title: format!("Room {slug}"),
        head: Seq::new(online.into()),
        message_no: MessageNo::new(online.into()),
        online,
        people: vec!["alice".to_owned(), "you".to_owned()],
    };
    page.rooms = vec![room("lobby", 7), room("tea", 1), room("gone", 0)];
    PageData { me, notice: None, reply_to: None, drawn_ms: Timestamp::from_unix_ms(5), ..page }
}

/// How far somebody has read a room.
fn mark(room: &str, message_no: u64) -> ReadMark {
    let room = RoomSlug::parse(room).expect("a good address");
    ReadMark { room, seq: Seq::new(message_no), message_no: MessageNo::new(message_no), lowered: 0 }
}

/// What somebody gets from the drawing for everybody, and what would be drawn for them.
fn filled_and_drawn(page: &PageData, me: Person, marks: Vec<ReadMark>, language: Language) -> [String; 2] {
    let assets = assets();
    let VisitorsDrawing { start, template } = draw_for_visitors(page.clone(), language, &assets);
    assert_eq!(start, draw_start(page.clone(), language, &assets, None), "for nobody");
    let filled = String::from_utf8(template.fill(start.as_bytes(), &me, &marks)).expect("a document is text");
    assert_ne!(filled, start, "for {me:?}");
    [filled, draw_start(PageData { me: Some(me), marks, ..page.clone() }, language, &assets, None)]
}

/// Protects readers with a session: what is made from the drawing for everybody is what would have been drawn for them.
#[test]
fn a_page_that_is_made_from_what_visitors_see_is_the_same_to_the_byte() {
    for language in [Language::English, Language::Chinese] {
        let readers =
            [person("alice"), named("alice", "Alice of before"), person("bob"), person("you"), person("erin")];
        for me in readers {
            let [filled, drawn] =
                filled_and_drawn(&page(None), me.clone(), vec![mark("lobby", 4), mark("tea", 1)], language);
            assert!(filled == drawn, "for {me:?} in {language:?}");
        }
    }
}

/// What people call themselves, and write: also what looks like the page's own marks and markup.
const WRITTEN: [&str; 8] =
    ["tea", "<=me>", "</=>", "<b>&amp;\"'", "茶馆", "https://a.example/?b=<c>", "\n\n", "a\u{301}"];
const EMOJIS: [&str; 3] = ["🍵", "❤️", "👍🏽"];
const PEOPLE: usize = 6;

fn somebody(number: usize) -> Person {
    let (id, nickname) = (format!("id{number}"), format!("{} {}", WRITTEN[number], number / 2));
    Person { origin: if number == 5 { Origin::Plain } else { Origin::Web }, ..named(&id, &nickname) }
}

/// Somebody's message, how long after the one before it, and who reacted how.
type Said = (usize, usize, i64, Vec<(usize, Vec<usize>)>);

fn said() -> impl Strategy<Value = Said> {
    let reactions = vec((0..EMOJIS.len(), vec(0..PEOPLE, 1..5)), 0..3);
    (0..PEOPLE, 0..WRITTEN.len(), 0..90_000_000_i64, reactions)
}

fn page_of(said: Vec<Said>, here: &[usize], unnamed: u32) -> PageData {
    let mut at = 0;
    let items = said.into_iter().enumerate().map(|(index, (author, text, pause, reactions))| {
        at += pause;
        let mut event = message(index as u64 + 1, at, somebody(author), &format!("id{index}"));
        event.body = match text {
            // Not all of the log is messages.
            0 if pause % 2 == 0 => EventBody::RoomCreated,
            _ => EventBody::Message(Message { text: WRITTEN[text].repeat(1 + author), ..Message::default() }),
        };
        let of_message = matches!(event.body, EventBody::Message(_));
        let reactions = reactions.into_iter().filter(|_| of_message).map(|(emoji, people)| ReactionSummary {
            emoji: EMOJIS[emoji].to_owned(),
            count: people.len() as u32,
            people: people.into_iter().map(somebody).collect(),
        });
        HistoryItem { reactions: reactions.collect(), ..HistoryItem::new(event) }
    });
    let mut page = page(None);
    page.room.page.items = items.collect();
    page.room.people = here.iter().map(|number| somebody(*number)).collect();
    page.room.summary.online = here.len() as u32 + unnamed;
    page
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same for whatever was said, whoever is here and whoever reads.
    #[test]
    fn the_page_of_anybody_is_the_one_that_would_be_drawn_for_them(
        said in vec(said(), 0..10),
        here in subsequence((0..PEOPLE).collect::<Vec<_>>(), 0..PEOPLE),
        unnamed in 0..3_u32,
        reader in 0..=PEOPLE,
        read in 0..12_u64,
        in_english: bool,
    ) {
        let language = if in_english { Language::English } else { Language::Chinese };
        let [filled, drawn] = filled_and_drawn(&page_of(said, &here, unnamed), somebody(reader), vec![mark("lobby", read), mark("tea", 0)], language);
        prop_assert_eq!(filled, drawn);
    }
}

/// Protects those with a session from being drawn for everybody.
#[test]
#[should_panic(expected = "belongs to nobody")]
fn a_page_of_somebody_is_not_drawn_for_everybody() {
    let _ = draw_for_visitors(page(Some(person("alice"))), Language::English, &assets());
}
