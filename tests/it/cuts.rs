//! Bad networks: the connection is cut at every single byte, in each direction, in each way. Whatever was on its way, each
//! line is said once, in the order of typing, and the page shows what the database holds.

use teahouse::model::connection::{ConnectionStatus, Input};
use teahouse::protocol::{Event, EventBody, EventPage, LogEvent, PostId, RoomSlug, Seq};
use tokio::time::timeout;

use crate::support::{
    Browser, Cut, Direction, Door, Ending, KernelBuffers, Member, PATIENCE, Page, Proxy, TestServer, shown_after,
};

/// Conversations that go on side by side, each with a server of its own, so that they wait for the disk together.
const LANES: usize = 12;
/// Lines that are typed while the page is away. The outbox sends each after the answer to the one before.
const LINES: usize = 3;

/// Protects what somebody says: a command is cut at each of its bytes, from the first of hello to the last of the last
/// line, and right behind it, when the line arrived and its ack cannot come.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_at_any_byte_to_the_server_loses_no_line_and_says_none_twice() {
    let cuts = cut_at_every_byte(Direction::ToServer, |_| vec![Ending::Reset, Ending::Finish]).await;
    // A hello, a join, and three lines of 80 bytes each, in both ways.
    assert!(cuts > 2 * 350, "only {cuts} conversations were cut: not at every byte");
}

/// Protects what somebody reads, and what they believe to be said: welcome, joined, acks and publications are cut at each
/// of their bytes.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_at_any_byte_to_the_page_loses_no_line_and_shows_none_twice() {
    let by_turns = |after_bytes| vec![if after_bytes % 2 == 0 { Ending::Reset } else { Ending::Finish }];
    let cuts = cut_at_every_byte(Direction::ToClient, by_turns).await;
    // A welcome, a joined, and an ack and a publication for each of three lines.
    assert!(cuts > 1_000, "only {cuts} conversations were cut: not at every byte");
}

/// Returns how many conversations were cut.
async fn cut_at_every_byte(direction: Direction, endings: fn(usize) -> Vec<Ending>) -> usize {
    let lanes = (0..LANES).map(|first| {
        tokio::spawn(async move {
            let mut lane = Lane::start().await;
            let mut cuts = 0;
            for after_bytes in (first..).step_by(LANES) {
                for ending in endings(after_bytes) {
                    // The end of the conversation was reached before the cut: there is no byte left to cut at.
                    if !lane.conversation(Cut { direction, after_bytes, ending }).await {
                        return cuts;
                    }
                    cuts += 1;
                }
            }
            cuts
        })
    });
    let mut cuts = 0;
    for lane in lanes.collect::<Vec<_>>() {
        cuts += lane.await.unwrap();
    }
    cuts
}

/// A page that comes back again and again, over a network that fails it each time.
struct Lane {
    _server: TestServer,
    proxy: Proxy,
    alice: Browser,
    page: Page,
    /// Somebody with a good network, who talks while the page is away.
    bob: Member,
    lines_typed: usize,
}

impl Lane {
    async fn start() -> Self {
        // Notices of presence come by the clock, and would make the bytes of one conversation differ from the next.
        let never = PATIENCE * 100;
        let server = TestServer::start_with(|config| {
            config.rooms.presence_tick = never;
            config.rooms.room_list_tick = never;
        })
        .await;
        let proxy = Proxy::start(server.address()).await;
        let alice = server.browser();
        alice.choose_nickname("Alice").await;
        let door =
            Door { address: proxy.address, source: None, cookies: alice.cookies(), buffers: KernelBuffers::Standard };
        // No chance means no wait between two attempts.
        let mut page = Page::new(door, RoomSlug::lobby(), "tab", || 0.0).await;
        while page.connection.status() != ConnectionStatus::Live {
            page.turn().await;
        }
        let bob = server.member("Bob").await;
        Self { _server: server, proxy, alice, page, bob, lines_typed: 0 }
    }

    /// Comes back over a connection that is cut here, and says some lines. Returns whether the cut came.
    async fn conversation(&mut self, cut: Cut) -> bool {
        let before = self.page.head();
        self.proxy.cut_next(cut);
        self.page.lose_connection().await;
        let typed = self.type_lines().await;
        timeout(PATIENCE, self.talk_until_all_is_said())
            .await
            .unwrap_or_else(|_| panic!("{cut:?}: the page does not come to rest: {:?}", self.page.connection.status()));
        let stored = self.stored_after(before).await;
        let said: Vec<_> = stored.iter().filter_map(|event| text_of(event, "Alice")).collect();
        assert_eq!(said, typed, "{cut:?}: each line is to be in the database once, in the order of typing");
        assert_eq!(
            shown_after(self.page.conversation.timeline(), before),
            stored,
            "{cut:?}: the page is to show what the database holds"
        );
        self.proxy.has_cut()
    }

    async fn type_lines(&mut self) -> Vec<String> {
        let mut typed = Vec::new();
        for _ in 0..LINES {
            self.lines_typed += 1;
            let text = format!("line {}", self.lines_typed);
            let id = PostId::parse(&format!("alice-{}", self.lines_typed)).unwrap();
            self.page.say(&id, &text).await;
            typed.push(text);
        }
        typed
    }

    /// Turns the page until nothing is on its way any more. After the cut, Bob says a line that the page must catch up.
    async fn talk_until_all_is_said(&mut self) {
        let mut bobs_line = None;
        let mut answers = 0;
        loop {
            if self.proxy.has_cut() && bobs_line.is_none() {
                let id = format!("bob-{}", self.lines_typed);
                bobs_line = Some(self.bob.say("lobby", &id, "meanwhile").await.unwrap());
            }
            let shows_all = self.page.has_said_all();
            match bobs_line {
                Some(seq) if shows_all && self.page.head() >= Seq::new(seq) => return,
                // Without a cut the conversation is over when each line was acknowledged and published.
                None if shows_all && answers == 2 * LINES => return,
                _ => answers += usize::from(self.page.turn().await.is_some_and(|input| is_answer(&input))),
            }
        }
    }

    async fn stored_after(&self, after: Seq) -> Vec<LogEvent> {
        let path = format!("/api/v1/rooms/lobby/events?limit=200&after={after}");
        let page: EventPage = self.alice.get(&path).await.json().await.unwrap();
        assert!(!page.has_newer, "one page holds what one conversation said");
        page.events
    }
}

fn is_answer(input: &Input) -> bool {
    matches!(input, Input::Frame(event) if matches!(**event, Event::Ack { .. } | Event::Publication { .. }))
}

fn text_of(event: &LogEvent, nickname: &str) -> Option<String> {
    match &event.body {
        EventBody::Message(line) if event.by.as_ref().is_some_and(|by| by.nickname == nickname) => {
            Some(line.text.clone())
        }
        _ => None,
    }
}
