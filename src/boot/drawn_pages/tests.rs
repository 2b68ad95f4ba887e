use std::cell::Cell;

use futures::future::join_all;

use super::*;

const TICK: Duration = Duration::from_millis(50);

/// Shows nothing but a version.
struct Shown {
    version: u64,
    bytes: usize,
}

impl Drawn for Shown {
    fn bytes_max(&self) -> usize {
        self.bytes
    }
}

/// Shows nothing: the world could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unreadable;

/// Pages of a world that changes when it is told to.
struct World {
    pages: DrawnPages<Shown, Unreadable>,
    version: Cell<u64>,
    is_readable: Cell<bool>,
    page_bytes: Cell<usize>,
    drawn: Cell<usize>,
}

impl World {
    fn new(bytes_max: usize) -> Self {
        let config = RoomsConfig { drawn_pages_bytes: bytes_max, drawn_pages_tick: TICK, ..RoomsConfig::default() };
        Self {
            pages: DrawnPages::new(&config),
            version: Cell::new(1),
            is_readable: Cell::new(true),
            page_bytes: Cell::new(1),
            drawn: Cell::new(0),
        }
    }

    fn version(&self) -> PageVersion {
        PageVersion { store: StoreVersion(self.version.get()), presence: PresenceVersion::default() }
    }

    fn change(&self) {
        self.version.set(self.version.get() + 1);
    }

    fn is_kept(&self, room: usize) -> bool {
        self.pages.find(&key(room), self.version()).is_some()
    }

    /// Asks for a page, and tells which version of the world it shows; 0 for none.
    async fn ask(&self, room: usize) -> u64 {
        let key = &key(room);
        if let Some(page) = self.pages.find(key, self.version()) {
            return page.version;
        }
        let draw = async || {
            let read = self.version.get();
            tokio::time::sleep(Duration::from_millis(2)).await;
            self.drawn.set(self.drawn.get() + 1);
            let page = Shown { version: read, bytes: self.page_bytes.get() };
            if self.is_readable.get() { Ok(page) } else { Err(Unreadable) }
        };
        let page = self.pages.draw(key, || self.version(), draw).await;
        page.map(|page| page.version).unwrap_or_default()
    }
}

fn key(number: usize) -> PageKey {
    PageKey { room: RoomSlug::parse(&format!("room-{number}")).expect("a good address"), language: Language::English }
}

#[tokio::test(start_paused = true)]
async fn a_page_is_drawn_once_until_something_changes() {
    let world = World::new(1 << 20);
    assert_eq!((world.ask(1).await, world.ask(1).await, world.drawn.get()), (1, 1, 1));
    world.change();
    assert!(!world.is_kept(1));
    assert_eq!((world.ask(1).await, world.drawn.get()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_a_page_of_before_they_asked_however_often_it_changes() {
    let world = World::new(1 << 20);
    let start = Instant::now();
    for _ in 0..100 {
        world.change();
        let now = world.version.get();
        assert!(join_all((0..20).map(|_| world.ask(1))).await.iter().all(|shown| *shown >= now));
    }
    let ticks = usize::try_from(start.elapsed().as_millis() / TICK.as_millis()).expect("a short test");
    assert!(world.drawn.get() <= ticks + 1, "{} drawings in {ticks} ticks", world.drawn.get());
}

/// Asks for a page, and fifty times more while it is drawn, after a change. Returns all that was shown.
async fn ask_while_a_page_is_drawn(world: &World) -> (u64, Vec<u64>) {
    let others = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        world.change();
        join_all((0..50).map(|_| world.ask(1))).await
    };
    tokio::join!(world.ask(1), others)
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_share_a_drawing_that_began_after_they_asked() {
    let world = World::new(1 << 20);
    assert_eq!(ask_while_a_page_is_drawn(&world).await, (1, vec![2; 50]));
    assert_eq!(world.drawn.get(), 2);
}

/// Protects a server that cannot read its store: it does not try once for each of those who wait, one after the other.
#[tokio::test(start_paused = true)]
async fn those_who_wait_share_a_drawing_that_failed() {
    let world = World::new(1 << 20);
    world.is_readable.set(false);
    assert_eq!(ask_while_a_page_is_drawn(&world).await, (0, vec![0; 50]));
    assert_eq!(world.drawn.get(), 2);
    world.is_readable.set(true);
    assert_eq!(world.ask(1).await, 2, "a failure is not kept");
}

/// Protects the processors from a page that is larger than the memory for pages.
#[tokio::test(start_paused = true)]
async fn those_who_wait_share_a_drawing_that_is_too_large_to_be_kept() {
    let world = World::new(PLACE_BYTES + 10);
    world.page_bytes.set(100);
    assert_eq!(ask_while_a_page_is_drawn(&world).await, (1, vec![2; 50]));
    assert_eq!(world.drawn.get(), 2);
    assert!(world.pages.lock().by_key.is_empty(), "it is kept all the same");
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_while_drawing_leaves_the_turn_to_the_next() {
    let world = World::new(1 << 20);
    let gone = tokio::time::timeout(Duration::from_millis(1), world.ask(1)).await;
    assert!(gone.is_err());
    assert_eq!((world.ask(1).await, world.drawn.get()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_pages_of_many_rooms_do_not_add_up_and_those_that_are_asked_for_stay() {
    let places = 10;
    let world = World::new(places * (PLACE_BYTES + 1));
    for number in 0..100 {
        world.ask(number).await;
        world.ask(0).await;
        assert!(world.pages.lock().by_key.len() <= places);
    }
    assert!(world.is_kept(0) && world.is_kept(99) && !world.is_kept(50));
}

#[tokio::test(start_paused = true)]
async fn without_memory_for_them_no_page_is_kept() {
    let world = World::new(0);
    for drawn in 1..=3 {
        assert_eq!((world.ask(1).await, world.drawn.get()), (1, drawn));
    }
    assert!(world.pages.lock().by_key.is_empty());
}
