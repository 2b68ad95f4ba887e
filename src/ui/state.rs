//! What the page knows about the open room, as signals over the pure structs of `model`.
//! The server makes it from `PageData` and renders; the browser makes it from the same data, which comes with the HTML,
//! and then keeps it alive (`live`). Components read it and call its verbs; they hold no rules of their own.

mod clocks;
mod draft;
mod edits;
mod effects;
mod handover;
mod identity;
mod live;
mod posting;
mod read_back;
mod replies;
mod shown;
mod switch_room;
mod timer;
mod unread;

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;

use crate::client::connection::ConnectionHandle;
use crate::client::local_time;
use crate::model::calendar::Clocks;
use crate::model::connection::ConnectionStatus;
use crate::model::conversation::outbox::Outbox;
use crate::model::conversation::roster::Roster;
use crate::model::conversation::timeline::Timeline;
use crate::model::conversation::typing::Typing;
use crate::model::conversation::{Conversation, Count, Part, Unread};
use crate::model::draft::ComposerDraft;
use crate::model::rows::{KeyedRow, Layout, RowReader, Window};
use crate::protocol::page::Form;
use crate::protocol::{Limits, Person, RoomSlug, RoomSummary, Seq, Timestamp};
use crate::ui::cell::{Cell, Derived};
use crate::ui::i18n::{self, Language, Words};

pub use crate::model::conversation::ReachBack;
pub use edits::OwnChange;
pub use handover::{Handover, ReaderPart};
pub use shown::Shown;
pub use switch_room::Follow;
pub use unread::{Announcement, page_title};

/// A form that was refused in the browser or by the server, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormNotice {
    /// Which form.
    pub form: Form,
    /// The words.
    pub words: String,
}

/// Everything that the components show. Copy: it is a handful of signals.
#[derive(Clone, Copy)]
pub struct RoomState {
    /// The language of this page; another language is another page.
    pub language: Language,
    /// Who the reader is; none may read but not post.
    pub me: Shown<Option<Person>>,
    /// The open room.
    pub room: Shown<RoomSummary>,
    /// All rooms, the lobby first.
    pub rooms: Shown<Vec<RoomSummary>>,
    /// What the server accepts.
    pub limits: Shown<Limits>,
    /// The log of the room.
    pub timeline: Shown<Timeline>,
    /// Own posts of all rooms that are not known to be on the server's disk.
    pub outbox: Shown<Outbox>,
    /// Who is here.
    pub roster: Shown<Roster>,
    /// Who is writing.
    pub typing: Shown<Typing>,
    /// The truth about the connection.
    pub link: Shown<ConnectionStatus>,
    /// How many messages the last reconnect brought, for as long as that is worth telling.
    pub caught_up: Shown<Option<Count>>,
    /// Whether the open room is still on its way, and nothing of it is held.
    pub arriving: Shown<bool>,
    /// UTC first, the reader's own once the page is alive.
    pub clocks: Cell<Clocks>,
    /// Which rows are mounted.
    pub window: Cell<Window>,
    /// What the reader has not read, in all rooms that they were in.
    pub unread: Shown<Unread>,
    /// Whether the newest row is in sight.
    pub at_newest: Shown<bool>,
    /// What a screen reader announces next.
    pub announcement: Cell<Announcement>,
    /// How reaching back stands.
    pub reach_back: Shown<ReachBack>,
    /// The form that was refused last.
    pub form_notice: Cell<Option<FormNotice>>,
    /// What a form goes on with when it is drawn: it was posted without scripts and refused, or drawn anew while somebody
    /// typed.
    pub typed: Cell<Option<(Form, String)>>,
    /// Whether the page that the server rendered ends at the newest event.
    pub rendered_newest: Shown<bool>,
    /// Counts up whenever the newest row is to be shown.
    pub to_newest: Cell<usize>,
    /// All rows of the conversation.
    pub rows: Derived<Vec<Arc<KeyedRow>>>,
    /// The mounted ones.
    pub mounted: Derived<Vec<Arc<KeyedRow>>>,
    /// What is being typed, and for which room.
    pub draft: Cell<ComposerDraft>,
    /// What the draft replies to.
    pub reply_to: Cell<Option<Seq>>,
    /// What the reader does or did last with a message of their own.
    pub change: Cell<Option<OwnChange>>,
    conversation: Cell<Conversation>,
    quiet: Cell<Quiet>,
}

/// What nothing on the page follows.
struct Quiet {
    /// Whether the composer takes the focus when it comes, since the reader has just joined.
    focus_composer: bool,
    /// What comes of signing out.
    sign_out: String,
    /// When the server drew the page.
    drawn: Timestamp,
    /// What the message that is edited said when its text came into the composer.
    original: String,
    /// Followed by whoever shows a part of the conversation.
    changed: [Cell<()>; Part::COUNT],
    connection: Option<ConnectionHandle>,
    timers: timer::Timers,
}

/// Makes the state from what the server knows or handed over, and gives it to all components below.
///
/// # Panics
/// On the server when [`Handover`] was not provided.
pub fn provide_room_state() -> RoomState {
    let handover = Handover::provided().or_else(Handover::written);
    let handover = handover.expect("boot provides the page's data, and the browser finds it in the document");
    let state = RoomState::new(handover);
    provide_context(state);
    state
}

/// The state of the page that a component is on.
#[must_use]
pub fn use_room_state() -> RoomState {
    expect_context()
}

impl RoomState {
    fn new(Handover { page, language, sign_out }: Handover) -> Self {
        let draft = ComposerDraft::new(page.room.summary.slug.clone(), String::new());
        let form_notice = page.notice.as_ref().map(|notice| FormNotice {
            form: notice.form,
            words: i18n::refusal_of(language, notice.refusal, &notice.typed),
        });
        let conversation = Cell::new(Conversation::new(page.me, &page.room, page.rooms, page.limits, page.marks));
        let changed: [Cell<()>; Part::COUNT] = std::array::from_fn(|_| Cell::new(()));
        let told_of = |part: Part| changed[part as usize];
        let new_after = Shown::new(conversation, told_of(Part::NewAfter), Conversation::new_after);
        let (timeline, outbox, me) = (
            Shown::new(conversation, told_of(Part::Timeline), Conversation::timeline),
            Shown::new(conversation, told_of(Part::Outbox), Conversation::outbox),
            Shown::new(conversation, told_of(Part::Me), Conversation::me),
        );
        let clocks = Cell::new(Clocks::Utc);
        let window = Cell::new(Window::default());
        let rows = laid_out(timeline, outbox, me, new_after, clocks);
        let mounted = Derived::new(move || rows.with(|rows| window.get().of(rows).to_vec()));
        Self {
            language,
            me,
            timeline,
            outbox,
            clocks,
            window,
            rows,
            mounted,
            roster: Shown::new(conversation, told_of(Part::Roster), Conversation::roster),
            room: Shown::new(conversation, told_of(Part::Room), Conversation::room),
            rooms: Shown::new(conversation, told_of(Part::Rooms), Conversation::rooms),
            limits: Shown::new(conversation, told_of(Part::Limits), Conversation::limits),
            typing: Shown::new(conversation, told_of(Part::Typing), Conversation::typing),
            link: Shown::new(conversation, told_of(Part::Status), Conversation::status),
            caught_up: Shown::new(conversation, told_of(Part::CaughtUp), Conversation::caught_up),
            arriving: Shown::new(conversation, told_of(Part::Arriving), Conversation::arriving),
            unread: Shown::new(conversation, told_of(Part::Unread), Conversation::unread),
            at_newest: Shown::new(conversation, told_of(Part::AtNewest), Conversation::at_newest),
            rendered_newest: Shown::new(conversation, told_of(Part::EndsAtNewest), Conversation::ends_at_newest),
            reach_back: Shown::new(conversation, told_of(Part::ReachBack), Conversation::reach_back),
            announcement: Cell::new(Announcement::default()),
            form_notice: Cell::new(form_notice),
            typed: Cell::new(page.notice.map(|notice| (notice.form, notice.typed))),
            to_newest: Cell::new(0),
            draft: Cell::new(draft),
            reply_to: Cell::new(page.reply_to),
            change: Cell::new(None),
            conversation,
            quiet: Cell::new(Quiet {
                focus_composer: false,
                sign_out,
                drawn: page.drawn_ms,
                original: String::new(),
                changed,
                connection: None,
                timers: timer::Timers::default(),
            }),
        }
    }

    /// Reads or changes what nothing follows. `change` must not ask for this again: it holds the only lock.
    fn quietly<T>(self, change: impl FnOnce(&mut Quiet) -> T) -> T {
        self.quiet.update_untracked(change)
    }

    /// All strings in the language of the page.
    #[must_use]
    pub fn words(self) -> &'static Words {
        self.language.words()
    }

    /// The address of the open room, without following it.
    #[must_use]
    pub fn slug(self) -> RoomSlug {
        self.room.with_untracked(|room| room.slug.clone())
    }

    /// The address of the open room as text, following it: for the forms, which bring the reader back to it.
    #[must_use]
    pub fn slug_text(self) -> String {
        self.room.with(|room| room.slug.to_string())
    }

    /// The name of the open room, following it.
    #[must_use]
    pub fn room_title(self) -> String {
        self.room.with(|room| i18n::room_title(self.language, room))
    }

    /// What was typed into a form before it was drawn.
    #[must_use]
    pub fn typed_into(self, form: Form) -> String {
        let typed = self.typed.get_untracked().filter(|(typed_into, _)| *typed_into == form);
        typed.map(|(_, typed)| typed).unwrap_or_default()
    }
}

/// The rows. What stays the same of them is not laid out again.
fn laid_out(
    timeline: Shown<Timeline>,
    outbox: Shown<Outbox>,
    me: Shown<Option<Person>>,
    new_after: Shown<Option<Seq>>,
    clocks: Cell<Clocks>,
) -> Derived<Vec<Arc<KeyedRow>>> {
    let layout = Mutex::new(Layout::default());
    Derived::new(move || {
        let clocks = clocks.get();
        let zone = move |at: Timestamp| match clocks {
            Clocks::Utc => 0,
            Clocks::Local { .. } => local_time::zone_minutes(at),
        };
        let mut layout = layout.lock().unwrap_or_else(PoisonError::into_inner);
        timeline.with(|timeline| {
            outbox.with(|outbox| {
                me.with(|me| {
                    let reader = RowReader { me: me.as_ref(), clocks, new_after: new_after.get(), zone: &zone };
                    layout.lay_out(timeline, outbox, reader)
                })
            })
        })
    })
}
