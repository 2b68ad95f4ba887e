//! The few tasks and threads that run as long as the server: fan-out of what was committed, presence and room list once
//! per tick, a look at every connection and at the store's files, the end of rooms that nobody used. Not here: tasks of
//! connections (`connection`).

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, timeout};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::protocol::{Event, EventBody};
use crate::server::app::App;
use crate::server::config::limit;
use crate::server::delivery::frame::member_frame;
use crate::server::delivery::sendq::Signal;
use crate::server::ground::clock;
use crate::server::log::Committed;
use crate::server::posting;

/// How often a setting of 0 ticks: as good as at once.
const SHORTEST_TICK: Duration = Duration::from_millis(10);
/// How often the log is told of refusals that were counted and not told yet.
const TELL_ATTACKS_EVERY: Duration = Duration::from_secs(10);
/// How often rooms that are empty for too long are looked for.
const EMPTY_ROOMS_PERIOD_MIN: Duration = Duration::from_millis(20);
const EMPTY_ROOMS_PERIOD_MAX: Duration = Duration::from_secs(600);
/// How often the store looks after its files.
const STORE_PERIOD: Duration = Duration::from_secs(1);
/// In so many shares all connections are looked at, fewer where the period is short.
const SHARES_MAX: usize = 32;

/// Starts the tasks; they end when the store is closed and `app.stop` is cancelled.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(app: &Arc<App>, committed: mpsc::Receiver<Committed>) -> io::Result<TaskTracker> {
    let tasks = TaskTracker::new();
    tasks.spawn(fan_out(Arc::clone(app), committed));
    for lane in 0..app.hub.lanes() {
        start_lane(Arc::clone(app), lane, tasks.token())?;
    }
    tasks.spawn(tell_presence(Arc::clone(app)));
    tasks.spawn(tell_room_list(Arc::clone(app)));
    tasks.spawn(check_connections(Arc::clone(app)));
    tasks.spawn(tell_attacks(Arc::clone(app)));
    tasks.spawn(remove_empty_rooms(Arc::clone(app)));
    tasks.spawn(maintain_store(Arc::clone(app)));
    tasks.close();
    Ok(tasks)
}

/// A lane makes system calls all the time and waits for nothing but its queue, so it is a thread and not a task. It enters
/// the runtime, since a socket that takes no more starts a timer.
fn start_lane(app: Arc<App>, lane: usize, running: TaskTrackerToken) -> io::Result<()> {
    let runtime = Handle::current();
    let run = move || {
        let _running = running;
        let _told = app.fan_out_over.clone().drop_guard();
        let _entered = runtime.enter();
        app.hub.run_lane(lane);
    };
    thread::Builder::new().name(format!("fan-out-{lane}")).spawn(run).map(drop)
}

/// Posts every committed event to its room, in commit order. Ends when the store is closed, and the lanes with it.
///
/// Without this task and the lanes lines would be acknowledged and never shown, so their end, whatever the reason, is
/// told to `boot`.
async fn fan_out(app: Arc<App>, mut committed: mpsc::Receiver<Committed>) {
    let _told = app.fan_out_over.clone().drop_guard();
    let _lanes = CloseLanes(Arc::clone(&app));
    while let Some(committed) = committed.recv().await {
        if let (Some(by), EventBody::Message(_)) = (&committed.event.by, &committed.event.body) {
            app.presence.posted(&committed.room, &by.id);
        }
        app.hub.publish_in_turn(committed).await;
    }
}

/// Lets the lanes end when nothing more is posted, even by a panic.
struct CloseLanes(Arc<App>);

impl Drop for CloseLanes {
    fn drop(&mut self) {
        self.0.hub.close_lanes();
    }
}

/// Has every connection looked at once in its period, a share of them at a time: thousands of timers would cost memory,
/// and all at once would be a jolt.
async fn check_connections(app: Arc<App>) {
    let period = app.check_period();
    let ticks = usize::try_from(period.as_millis() / SHORTEST_TICK.as_millis()).unwrap_or(SHARES_MAX);
    let (mut share, shares) = (0, ticks.clamp(1, SHARES_MAX));
    every(period.div_f64(shares as f64), &app.clone(), || {
        app.hub.signal_share(share, shares, Signal::Check);
        share = (share + 1) % shares;
    })
    .await;
}

/// Has the store look after its files. Its failure is told to `boot` by the store itself.
async fn maintain_store(app: Arc<App>) {
    every(STORE_PERIOD, &app.clone(), || drop(app.store.maintain())).await;
}

async fn tell_presence(app: Arc<App>) {
    every(app.config.rooms.presence_tick, &app.clone(), || app.presence.tick(&app.hub, Instant::now(), clock::now()))
        .await;
}

async fn tell_room_list(app: Arc<App>) {
    every(app.config.rooms.room_list_tick, &app.clone(), || {
        // An update that is not through the crowd yet is not overtaken: what changed meanwhile comes with the next.
        if app.hub.is_broadcasting_to_members() {
            return;
        }
        let stale = app.presence.take_stale(limit(app.config.rooms.room_list_changes));
        let changed = posting::list_rooms_named(&app, &stale);
        if !changed.is_empty() {
            // First, so that whoever comes in too late to be told gets a list with these changes in it.
            app.room_list.outdate();
            app.hub.broadcast_to_members(&member_frame(&Event::Rooms { changed }));
        }
    })
    .await;
}

async fn tell_attacks(app: Arc<App>) {
    every(TELL_ATTACKS_EVERY, &app.clone(), || app.limits.attacks.tell()).await;
}

/// Looks for rooms that nobody ever used. Often enough that none of them stays much longer than it may.
async fn remove_empty_rooms(app: Arc<App>) {
    let Some(lifetime) = limit(app.config.rooms.empty_room_ttl) else { return };
    let period = (lifetime / 100).clamp(EMPTY_ROOMS_PERIOD_MIN, EMPTY_ROOMS_PERIOD_MAX);
    while timeout(period, app.stop.cancelled()).await.is_err() {
        posting::remove_empty_rooms(&app).await;
    }
}

async fn every(period: Duration, app: &App, mut work: impl FnMut()) {
    let mut ticks = tokio::time::interval(period.max(SHORTEST_TICK));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => work(),
            () = app.stop.cancelled() => return,
        }
    }
}
