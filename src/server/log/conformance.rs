//! What every store promises, one function a promise, spoken to through the trait alone. An implementation joins by
//! giving a [`Location`] to [`every_store_keeps_its_promises`].

use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{
    Appended, ChangeWindows, CommitSink, Committed, Draft, EventRange, NewRoom, Store, StoreError, StoreFuture,
};
use crate::protocol::{
    Deleted, Edited, EventBody, LogEvent, Message, Origin, Person, PostId, Reaction, Restored, RoomSlug, Seq,
    Timestamp, UserId,
};

pub(super) mod appending;
pub(super) mod authors;
pub(super) mod edits;
pub(super) mod guests;
pub(super) mod history;
pub(super) mod lifetime;
pub(super) mod lookups;
pub(super) mod marks;
pub(super) mod reactions;
pub(super) mod replies;
pub(super) mod rooms;
pub(super) mod search;

/// Where the store of one test lives. Opening it again finds what was written before.
pub(super) trait Location: Sync {
    /// Opens the store with room for `write_queue` waiting writes.
    fn open(&self, write_queue: usize, sink: CommitSink) -> Pin<Box<dyn Future<Output = Arc<dyn Store>> + Send + '_>>;
}

/// Makes a test of each promise, each at a new `$place`.
macro_rules! every_store_keeps_its_promises {
    ($place:expr) => {
        $crate::server::log::conformance::promises! { $place,
            appending:
                concurrent_senders_get_gapless_seqs_and_are_announced_in_their_order,
                a_retry_gets_the_first_place_and_writes_nothing,
                one_id_names_one_post_only,
                the_same_id_of_another_author_is_another_post,
                a_refused_write_leaves_no_hole_and_its_companions_alone,
                an_answer_is_given_before_the_announcement_and_readable_during_it,
                a_write_whose_caller_went_away_still_happens,
                a_clock_that_is_kept_right_never_goes_back_within_a_room,
                a_clock_that_was_far_ahead_and_was_corrected_is_believed_again,
                a_line_comes_back_as_it_was_written,
                a_line_for_no_room_is_refused,
                the_version_is_another_one_when_a_change_is_answered;
            history:
                the_newest_events_end_at_the_head,
                events_before_a_place_are_the_nearest_older_ones,
                events_after_a_place_are_the_nearest_newer_ones,
                events_from_a_place_begin_with_it,
                a_page_without_events_still_tells_what_is_on_both_sides,
                history_of_no_room_is_refused,
                the_lobby_is_there_from_the_start,
                rooms_are_listed_lobby_first_then_by_newest_event,
                a_new_room_begins_with_its_creation,
                an_address_is_given_to_one_room_only,
                a_page_of_history_holds_content_and_accounts_for_what_lies_between;
            reactions:
                a_reaction_is_set_once_for_each_person_and_taken_back,
                an_event_tells_how_many_have_the_reaction_after_it,
                only_a_message_of_the_same_room_can_be_reacted_to,
                a_message_has_at_most_so_many_different_reactions,
                a_page_names_the_first_people_and_counts_all,
                the_reactions_of_a_person_are_found_among_any,
                the_reaction_that_is_there_the_longest_comes_first,
                the_projection_is_the_log_folded;
            edits:
                an_edited_message_says_the_last_text_and_when_it_was_edited,
                the_text_of_a_deleted_message_is_in_no_event_and_on_no_page,
                a_deleted_message_is_restored_with_its_last_text,
                only_the_author_changes_a_message_and_only_a_message,
                a_deleted_message_takes_no_change_but_its_restoration,
                a_change_comes_within_its_window_or_not_at_all,
                a_text_that_cannot_be_restored_any_more_is_forgotten,
                a_retry_of_a_change_or_of_its_message_gets_the_first_place,
                every_message_is_as_the_log_folded_anew_says;
            replies:
                a_reply_quotes_what_its_message_says_now,
                only_a_message_of_the_same_room_can_be_replied_to_also_a_deleted_one,
                a_retry_of_a_reply_gets_the_first_place_and_a_reply_to_something_else_is_another_post,
                every_quote_is_of_the_message_as_it_is;
            search:
                what_was_acknowledged_is_found_the_newest_first,
                an_edited_message_is_found_by_what_it_says_now,
                a_deleted_message_is_found_by_nothing_until_it_is_restored,
                a_search_is_narrowed_by_author_room_time_and_links,
                older_messages_follow_where_the_newer_ones_ended,
                every_answer_is_what_a_look_at_all_messages_gives;
            rooms:
                there_are_never_more_rooms_than_the_maximum,
                rooms_that_are_made_at_once_stay_within_the_maximum,
                a_room_in_which_nobody_said_anything_is_found_and_removed,
                a_removed_address_may_be_given_again_and_begins_anew;
            guests:
                a_guest_is_found_by_token_and_by_id,
                a_nickname_that_somebody_owns_is_refused,
                a_look_alike_of_an_owner_who_is_away_is_refused,
                honest_names_that_differ_by_an_i_and_an_l_live_side_by_side,
                a_new_nickname_frees_the_old_one,
                a_replaced_token_is_good_until_the_new_one_is_used,
                two_changes_at_once_end_under_one_token,
                a_token_that_is_over_changes_no_name,
                a_line_of_a_replaced_token_is_said_and_of_an_ended_one_not,
                an_owner_who_was_not_seen_for_long_makes_way,
                an_owner_who_came_back_in_time_keeps_the_nickname,
                a_name_whose_cookie_never_came_back_is_soon_free,
                a_token_belongs_to_one_guest_only,
                a_guest_who_leaves_without_a_word_frees_nickname_and_token,
                the_name_of_a_guest_who_has_spoken_rests_after_the_sign_out,
                a_name_that_was_changed_rests_for_others_and_not_for_its_owner;
            lookups:
                an_item_is_as_its_page_has_it_and_names_as_many_people_as_were_asked_for,
                what_is_no_content_event_is_no_item,
                the_first_message_from_a_time_on_is_found;
            marks:
                every_message_has_the_next_position_and_keeps_it_when_it_is_deleted,
                unread_is_what_was_said_behind_the_mark,
                a_mark_only_goes_back_when_that_is_asked_for,
                what_one_posts_one_has_read,
                a_mark_goes_with_its_guest_and_with_its_room,
                nobody_but_a_guest_has_marks,
                unread_is_the_log_counted;
            authors:
                an_author_is_known_by_what_they_posted;
            lifetime:
                reopening_finds_everything,
                a_closed_store_answers_closed,
                closing_finishes_what_was_queued,
                a_full_queue_is_busy_and_writes_nothing;
        }
    };
}
pub(super) use every_store_keeps_its_promises;

macro_rules! promises {
    ($place:expr, $($group:ident: $($promise:ident),+;)+) => {$(
        mod $group {
            use super::*;

            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    $crate::server::log::conformance::$group::$promise(&$place).await;
                }
            )+
        }
    )+};
}
pub(super) use promises;

/// More than any test but the one of the full queue puts into it.
const AMPLE_QUEUE: usize = 1_000;

/// A store, and the announcements of its sink.
struct Subject {
    store: Arc<dyn Store>,
    announced: mpsc::UnboundedReceiver<Committed>,
}

impl Subject {
    async fn open(place: &dyn Location) -> Self {
        let (sender, announced) = mpsc::unbounded_channel();
        // A test that is over does not listen any more.
        let sink = Box::new(move |committed| drop(sender.send(committed)));
        Self { store: place.open(AMPLE_QUEUE, sink).await, announced }
    }
}

/// A store whose writer stands still at each announcement, until the gate is opened for good.
struct Gated {
    store: Arc<dyn Store>,
    gate: std_mpsc::Sender<()>,
    announced: mpsc::UnboundedReceiver<Committed>,
}

impl Gated {
    async fn open(place: &dyn Location, write_queue: usize) -> Self {
        let (sender, announced) = mpsc::unbounded_channel();
        let (gate, opened) = std_mpsc::channel();
        let sink = Box::new(move |committed| {
            drop(sender.send(committed));
            // Returns when the gate is dropped.
            let _: Result<(), _> = opened.recv();
        });
        Self { store: place.open(write_queue, sink).await, gate, announced }
    }

    /// Writes a message, which gets seq 2 of the lobby, and returns when the writer stands still at its announcement.
    async fn stop_the_writer(&mut self) {
        self.store.append(line("lobby", "stopper", "first", "the writer stops here")).await.unwrap();
        self.announced.recv().await.unwrap();
    }
}

fn slug(text: &str) -> RoomSlug {
    RoomSlug::parse(text).unwrap()
}

fn user(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

fn person(id: &str) -> Person {
    Person { id: user(id), nickname: format!("{id} 茶"), origin: Origin::Web }
}

fn at(unix_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

fn line(room: &str, sender: &str, id: &str, text: &str) -> Draft {
    Draft {
        room: slug(room),
        by: person(sender),
        id: PostId::parse(id).unwrap(),
        body: EventBody::Message(Message { text: text.to_owned(), ..Message::default() }),
        emojis_per_message_max: 0,
        windows: WINDOWS,
        session: None,
        at: at(1_000),
    }
}

/// Edits and deletions without limit, and an hour for a restoration.
const WINDOWS: ChangeWindows = ChangeWindows { edit: None, delete: None, restore: Duration::from_secs(3_600) };

/// Somebody changes a message of the lobby.
fn change(sender: &str, id: &str, body: EventBody) -> Draft {
    Draft { body, ..line("lobby", sender, id, "") }
}

fn edited(target: u64, text: &str) -> EventBody {
    EventBody::Edited(Edited { target: Seq::new(target), text: text.to_owned() })
}

fn deleted(target: u64) -> EventBody {
    EventBody::Deleted(Deleted { target: Seq::new(target) })
}

fn restored(target: u64) -> EventBody {
    EventBody::Restored(Restored { target: Seq::new(target), text: String::new() })
}

/// Somebody sets a reaction to a message of the lobby, or takes it back.
fn reaction(sender: &str, id: &str, target: u64, emoji: &str, on: bool) -> Draft {
    let reaction = Reaction { target: Seq::new(target), emoji: emoji.to_owned(), on, count: 0 };
    Draft { body: EventBody::Reaction(reaction), ..line("lobby", sender, id, "") }
}

fn new_room(address: &str, unix_ms: i64) -> NewRoom {
    NewRoom {
        slug: slug(address),
        title: format!("Room {address}"),
        creator: Some(person("host")),
        at: at(unix_ms),
        rooms_max: 0,
    }
}

async fn whole_log(store: &dyn Store, room: &str) -> Vec<LogEvent> {
    store.events(&slug(room), EventRange::Newest, u32::MAX).await.unwrap().events
}

fn seqs(events: &[LogEvent]) -> Vec<u64> {
    events.iter().map(|event| event.seq.get()).collect()
}

fn texts(events: &[LogEvent]) -> Vec<&str> {
    let messages = events.iter().filter(|event| matches!(event.body, EventBody::Message(_)));
    messages.map(|event| event.body.text()).collect()
}

/// What a queued write came to, with the seq for what was appended.
async fn seq_of(appended: StoreFuture<'_, Appended>) -> Result<u64, StoreError> {
    appended.await.map(|appended| appended.seq.get())
}
