//! Rows that are brought up to date are the rows that would be laid out anew, and those that stay are not made again.

use proptest::prelude::*;

use super::*;
use crate::model::calendar::CivilDate;
use crate::model::conversation::timeline::Kept;
use crate::model::samples::{history_page, reaction};
use crate::protocol::{Backlog, Deleted, Edited, EventBody, HistoryPage, Message, PostBody, Restored};

/// So many events the log has at the start, of which the newest are held.
const HEAD: u64 = 60;
const PEOPLE: [&str; 3] = ["me", "ada", "bo"];
/// So many kinds of posts there are.
const POSTS: usize = 6;
/// The last of them adds a row, as the first does: the others change one.
const CHANGES: std::ops::Range<usize> = 1..POSTS - 1;
/// The emoji of a reaction follows from a number.
const EMOJIS: [&str; 2] = ["🍵", "👍"];

#[derive(Clone, Debug)]
enum Change {
    /// The next event comes: a message of somebody, so many minutes after the last one.
    Message {
        who: usize,
        minutes: i64,
    },
    /// The next event is a reaction to one of the last messages.
    Reaction {
        who: usize,
        back: u64,
        emoji: usize,
        on: bool,
    },
    /// The next event replies to one of the last messages.
    Reply {
        back: u64,
    },
    /// The next event edits one of the last messages, deletes it, or brings it back.
    Changed {
        back: u64,
        kind: usize,
    },
    Notice {
        who: usize,
    },
    /// A page that ends with an event that is held.
    Older {
        count: u64,
    },
    /// So many events were missed.
    Gap {
        missed: u64,
    },
    Post {
        kind: usize,
    },
    Refused {
        place: usize,
    },
    Acked {
        place: usize,
    },
    /// The reader reads back, or only the newest is in sight: what is far from there is dropped.
    Dropped {
        reading_back: Option<u64>,
    },
    Zone {
        hours: i32,
    },
    Named {
        who: usize,
    },
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (0..3_usize, prop_oneof![0..4_i64, 0..2_000_i64]).prop_map(|(who, minutes)| Change::Message { who, minutes }),
        3 => (0..3_usize, 0..20_u64, 0..2_usize, any::<bool>())
            .prop_map(|(who, back, emoji, on)| Change::Reaction { who, back, emoji, on }),
        3 => (0..20_u64, 0..3_usize).prop_map(|(back, kind)| Change::Changed { back, kind }),
        3 => (0..20_u64).prop_map(|back| Change::Reply { back }),
        2 => (0..3_usize).prop_map(|who| Change::Notice { who }),
        2 => (1..30_u64).prop_map(|count| Change::Older { count }),
        1 => (1..40_u64).prop_map(|missed| Change::Gap { missed }),
        2 => (0..POSTS).prop_map(|kind| Change::Post { kind }),
        1 => (0..4_usize).prop_map(|place| Change::Refused { place }),
        1 => (0..4_usize).prop_map(|place| Change::Acked { place }),
        1 => proptest::option::of(0..100_u64).prop_map(|reading_back| Change::Dropped { reading_back }),
        1 => (-2..3_i32).prop_map(|hours| Change::Zone { hours }),
        1 => (0..3_usize).prop_map(|who| Change::Named { who }),
    ]
}

/// A page with its log, its reader and its rows.
struct World {
    log: Vec<LogEvent>,
    timeline: Timeline,
    outbox: Outbox,
    me: Person,
    hours: i32,
    layout: Layout,
}

impl World {
    fn new() -> Self {
        let minutes = |seq: u64| i64::try_from(seq).expect("a small number") * 3;
        let log: Vec<LogEvent> =
            (1..=HEAD).map(|seq| said(seq, PEOPLE[(seq / 3 % 3) as usize], minutes(seq) * MINUTE)).collect();
        let timeline = Timeline::new(&history_page(log[HEAD as usize - 20..].to_vec()));
        let (outbox, layout) = (Outbox::default(), Layout::default());
        Self { log, timeline, outbox, me: person("me"), hours: 0, layout }
    }

    fn next(&self) -> u64 {
        self.log.len() as u64 + 1
    }

    fn now(&self) -> i64 {
        self.log.last().map_or(0, |event| event.at_ms.unix_ms())
    }

    fn publish(&mut self, event: LogEvent) {
        self.log.push(event.clone());
        self.timeline.publish(event);
    }

    /// The content events from one place to another, as they are now.
    fn page(&self, first: u64, last: u64) -> HistoryPage {
        let events = self.log[first as usize - 1..last as usize].iter().filter(|event| event.body.target().is_none());
        let newest = self.log.last().expect("the log is not empty").cursor(&samples::epoch());
        HistoryPage { as_of: newest, ..history_page(events.cloned().collect()) }
    }

    fn post_id(&self, place: usize) -> Option<PostId> {
        self.outbox.posts().get(place).map(|post| post.post_id.clone())
    }

    fn apply(&mut self, change: Change) {
        let (next, now) = (self.next(), self.now());
        match change {
            Change::Message { who, minutes } => self.publish(said(next, PEOPLE[who], now + minutes * MINUTE)),
            Change::Reaction { who, back, emoji, on } => {
                let target = next.saturating_sub(1 + back).max(1);
                let event =
                    reaction(next, target, person(PEOPLE[who]), EMOJIS[emoji], on, u32::from(on) + back as u32 % 2);
                self.publish(LogEvent { at_ms: at(now), ..event });
            }
            Change::Reply { back } => {
                let target = Seq::new(next.saturating_sub(1 + back).max(1));
                let quote = self.timeline.quote(target).map(Box::new);
                let message =
                    Message { text: format!("reply {next}"), reply_to: Some(target), quote, ..Message::default() };
                self.publish(LogEvent { body: EventBody::Message(message), ..said(next, "bo", now) });
            }
            Change::Changed { back, kind } => {
                let (target, text) = (Seq::new(next.saturating_sub(1 + back).max(1)), format!("edit {next}"));
                let body = match kind {
                    0 => EventBody::Edited(Edited { target, text }),
                    1 => EventBody::Deleted(Deleted { target }),
                    _ => EventBody::Restored(Restored { target, text }),
                };
                let event = samples::change(next, person("ada"), body);
                self.publish(LogEvent { at_ms: at(now), ..event });
            }
            Change::Notice { who } => self.timeline.notice(&[person(PEOPLE[who])], &[], None, at(now)),
            Change::Older { count } => {
                if let Some(oldest) = self.timeline.older_than() {
                    let first = oldest.get().saturating_sub(count).max(1);
                    self.timeline.add_page(&self.page(first, oldest.get()));
                }
            }
            Change::Gap { missed } => {
                (next..next + missed).for_each(|seq| self.log.push(said(seq, "ada", now)));
                let page = self.page(next + missed - missed.min(5), next + missed - 1);
                self.timeline.join(&Backlog::Gap { page });
            }
            Change::Post { kind } => {
                let target = Seq::new(next - 1);
                let body = match kind {
                    0 => samples::text("tea"),
                    1 => PostBody::Reaction { target, emoji: "🍵".to_owned(), on: true },
                    2 => PostBody::Edited { target, text: "more tea".to_owned() },
                    3 => PostBody::Deleted { target },
                    4 => PostBody::Restored { target },
                    _ => PostBody::Message { text: "yes".to_owned(), reply_to: Some(target) },
                };
                self.outbox.push(
                    RoomSlug::lobby(),
                    id(&format!("post-{next}-{now}")),
                    self.me.id.clone(),
                    body,
                    at(now),
                );
            }
            Change::Refused { place } => {
                if let Some(id) = self.post_id(place) {
                    self.outbox.refused(&id, ErrorCode::MessageTooLong.into(), at(now));
                }
            }
            Change::Acked { place } => {
                if let Some(id) = self.post_id(place) {
                    self.outbox.acked(&id);
                }
            }
            Change::Dropped { reading_back } => {
                self.timeline.drop_around(
                    reading_back.map(|back| Seq::new(next.saturating_sub(back))),
                    Kept { above: 3, below: 5, newest: 4, followed: 12 },
                );
            }
            Change::Zone { hours } => self.hours = hours,
            Change::Named { who } => self.me = person(PEOPLE[who]),
        }
    }

    fn reader<'a>(&'a self, zone: &'a dyn Fn(Timestamp) -> i32) -> RowReader<'a> {
        let today = CivilDate { year: 1970, month: 1, day: 1 };
        let clocks = Clocks::Local { today, zone_minutes: self.hours * 60 };
        // Another line with another zone.
        let new_after = (self.hours % 2 != 0).then_some(Seq::new(3));
        RowReader { me: Some(&self.me), clocks, new_after, zone }
    }
}

proptest! {
    #[test]
    fn rows_that_are_brought_up_to_date_are_those_that_are_laid_out_anew(changes in proptest::collection::vec(change(), 0..60)) {
        let mut world = World::new();
        for change in changes {
            world.apply(change.clone());
            let minutes = world.hours * 60;
            let mut layout = std::mem::take(&mut world.layout);
            let zone = |_: Timestamp| minutes;
            let updated = layout.lay_out(&world.timeline, &world.outbox, world.reader(&zone));
            let anew = Layout::default().lay_out(&world.timeline, &world.outbox, world.reader(&zone));
            prop_assert_eq!(contents(&updated), contents(&anew), "after {:?}", change);
            world.layout = layout;
        }
    }
}

/// What the rows show, and not only that their keys are the same.
fn contents(rows: &Rows) -> Vec<(&str, &Row)> {
    rows.iter().map(|row| (&*row.key, &row.row)).collect()
}

/// How many of the rows are the same in memory as before.
fn same(before: &[Arc<KeyedRow>], after: &Rows) -> usize {
    after.iter().filter(|row| before.iter().any(|other| Arc::ptr_eq(row, other))).count()
}

/// Does something to a conversation of 60 messages and tells how many rows it has then, and how many of them were made.
fn made(change: impl FnOnce(&mut World)) -> (usize, usize) {
    let mut world = World::new();
    let mut layout = Layout::default();
    let before = layout.lay_out(&world.timeline, &world.outbox, world.reader(&|_| 0));
    change(&mut world);
    let after = layout.lay_out(&world.timeline, &world.outbox, world.reader(&|_| 0));
    (after.len(), after.len() - same(&before, &after))
}

#[test]
fn only_the_rows_that_may_have_become_others_are_made_anew() {
    assert_eq!(made(|_| {}), (21, 0), "a day and twenty messages");
    assert_eq!(made(|world| world.apply(Change::Message { who: 1, minutes: 0 })), (22, 1));
    assert_eq!(made(|world| world.apply(Change::Reaction { who: 1, back: 9, emoji: 0, on: true })), (21, 1));
    assert_eq!(made(|world| world.apply(Change::Post { kind: 0 })), (22, 1));
    for kind in CHANGES {
        assert_eq!(made(|world| world.apply(Change::Post { kind })).0, 21);
        assert!(made(|world| world.apply(Change::Post { kind })).1 <= 1, "the message that is changed");
    }
    assert_eq!(made(|world| world.apply(Change::Changed { back: 9, kind: 0 })), (21, 1));
    let answered = |world: &mut World| {
        world.apply(Change::Reply { back: 9 });
        world.apply(Change::Changed { back: 10, kind: 0 });
    };
    assert_eq!(made(answered), (22, 2), "the message, and the reply that quotes it");
    assert_eq!(made(|world| world.apply(Change::Notice { who: 1 })), (22, 1));
    // The older ones, and the first row of before, above which the day stood: it is the last of a group of three.
    let (rows, made_anew) = made(|world| world.apply(Change::Older { count: 10 }));
    assert_eq!(rows, 31);
    assert!((11..=14).contains(&made_anew), "{made_anew} rows were made");
}
