use leptos::config::LeptosOptions;

use super::*;
use crate::model::samples::{message, named, page_data, person};
use crate::protocol::{HistoryItem, Origin, Person, ReactionSummary, RoomSlug, RoomSummary, Seq, Timestamp};

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
    page.room.people = vec![person("alice"), program("clock"), named("dora", "<dora>"), person("you")];
    page.room.summary.online = 7;
    let room = |slug: &str, online: u32| RoomSummary {
        slug: RoomSlug::parse(slug).expect("a good address"),
        title: format!("Room {slug}"),
        head: Seq::new(online.into()),
        online,
        people: vec!["alice".to_owned(), "you".to_owned()],
    };
    page.rooms = vec![room("lobby", 7), room("tea", 1), room("gone", 0)];
    PageData { me, notice: None, drawn_ms: Timestamp::from_unix_ms(5), ..page }
}

/// Protects readers with a session: what is taken from the drawing for everybody is what would have been drawn for them.
#[test]
fn a_page_that_is_drawn_from_what_all_have_in_common_is_the_same_to_the_byte() {
    let assets = assets();
    for language in [Language::English, Language::Chinese] {
        let VisitorsDrawing { start, common } = draw_for_visitors(page(None), language, &assets);
        assert_eq!(start, draw_start(page(None), language, &assets, None), "for nobody");
        let readers =
            [person("alice"), named("alice", "Alice of before"), person("bob"), person("you"), person("erin")];
        for me in readers {
            let drawn = draw_like(&common, page(Some(me.clone())), language, &assets);
            assert!(drawn == draw_start(page(Some(me.clone())), language, &assets, None), "for {me:?} in {language:?}");
            assert_ne!(drawn, start);
        }
    }
}

/// Protects those with a session from being drawn for everybody.
#[test]
#[should_panic(expected = "belongs to nobody")]
fn a_page_of_somebody_is_not_drawn_for_everybody() {
    let _ = draw_for_visitors(page(Some(person("alice"))), Language::English, &assets());
}
