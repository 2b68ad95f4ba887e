//! The few tasks and threads that run as long as the server: the lanes of the fan-out, presence and room list once per tick,
//! the repair of rooms, a look at every connection and at the store's files, the end of rooms that nobody used and of texts
//! that were deleted. Not here: the tasks of connections (`edge::connection`).

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, sleep, timeout};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::protocol::Event;
use crate::server::app::App;
use crate::server::config::limit;
use crate::server::delivery::broker::{Bulletin, RoomsChange};
use crate::server::delivery::frame::member_frame;
use crate::server::delivery::sendq::Signal;
use crate::server::ground::clock;
use crate::server::log::StoreError;
use crate::server::posting;

/// The tick of a setting of 0: as good as at once.
const SHORTEST_TICK: Duration = Duration::from_millis(10);
/// How often refusals that were counted are logged.
const LOG_ATTACKS_EVERY: Duration = Duration::from_secs(10);
/// How often what has become too old is looked for: empty rooms, texts of deleted messages.
const EXPIRY_PERIOD_MIN: Duration = Duration::from_millis(20);
const EXPIRY_PERIOD_MAX: Duration = Duration::from_secs(600);
/// How often the store checks its files.
const STORE_PERIOD: Duration = Duration::from_secs(1);
/// Two nodes overtake each other by so much at times. What is still lacking then is read from the log.
const REPAIR_DELAY: Duration = Duration::from_millis(50);
/// The same after a repair for which the log could not be read.
const REPAIR_DELAY_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Connections are checked in so many shares, or fewer where the period is short.
const SHARES_MAX: usize = 32;

/// Starts the tasks; they end when `app.stop` and `app.store_closed` are cancelled.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(app: &Arc<App>) -> io::Result<TaskTracker> {
    let tasks = TaskTracker::new();
    tasks.spawn(close_lanes_at_the_end(CloseLanes(Arc::clone(app))));
    for lane in 0..app.hub.lanes() {
        start_lane(Arc::clone(app), lane, tasks.token())?;
    }
    tasks.spawn(repair_rooms(Arc::clone(app)));
    if let Some(period) = app.resync_period() {
        tasks.spawn(compare_heads(Arc::clone(app), period));
    }
    tasks.spawn(broadcast_presence(Arc::clone(app)));
    tasks.spawn(broadcast_room_list(Arc::clone(app)));
    tasks.spawn(check_connections(Arc::clone(app)));
    tasks.spawn(log_attacks(Arc::clone(app)));
    tasks.spawn(remove_empty_rooms(Arc::clone(app)));
    tasks.spawn(forget_deleted(Arc::clone(app)));
    tasks.spawn(maintain_store(Arc::clone(app)));
    tasks.close();
    Ok(tasks)
}

/// A lane makes system calls all the time and waits only for its queue, so it is a thread and not a task. It enters the
/// runtime, since a socket that is full starts a timer.
fn start_lane(app: Arc<App>, lane: usize, running: TaskTrackerToken) -> io::Result<()> {
    let runtime = Handle::current();
    let run = move || {
        let _running = running;
        // Without a lane, messages would be acknowledged and never shown. So its end ends the others and is reported to `boot`,
        // and the store's writer waits for nobody.
        let _others = CloseLanes(Arc::clone(&app));
        let _told = app.fan_out_over.clone().drop_guard();
        let _entered = runtime.enter();
        app.hub.run_lane(lane);
    };
    thread::Builder::new().name(format!("fan-out-{lane}")).spawn(run).map(drop)
}

/// Lets the lanes end when nothing more is committed, or when the runtime ends.
async fn close_lanes_at_the_end(lanes: CloseLanes) {
    lanes.0.store_closed.cancelled().await;
}

/// Lets the lanes end when it is dropped, by a panic too.
struct CloseLanes(Arc<App>);

impl Drop for CloseLanes {
    fn drop(&mut self) {
        self.0.hub.close_lanes();
    }
}

/// Has every connection checked once in its period, a share of them at a time. A timer for each connection would cost memory,
/// and checking all at once would cause a peak of load.
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

/// Has the store check its files. The store itself reports its failure to `boot`.
async fn maintain_store(app: Arc<App>) {
    every(STORE_PERIOD, &app.clone(), || drop(app.store.maintain())).await;
}

/// Reads from the log what no bulletin brought.
async fn repair_rooms(app: Arc<App>) {
    let repair = async {
        let mut delay = REPAIR_DELAY;
        loop {
            app.repairs.requested().await;
            sleep(delay).await;
            delay = REPAIR_DELAY;
            for room in app.repairs.take() {
                match app.repair(&room).await {
                    Ok(()) => {}
                    // The bulletin of its removal was lost.
                    Err(StoreError::RoomNotFound(_)) => app.receive(Bulletin::Rooms(RoomsChange::Removed(room))),
                    // A store that cannot be read now is asked again, less often.
                    Err(_) => {
                        delay = REPAIR_DELAY_AFTER_FAILURE;
                        app.repairs.request(room);
                    }
                }
            }
        }
    };
    tokio::select! {
        () = repair => {}
        () = app.stop.cancelled() => {}
    }
}

/// Finds out what the last bulletins would have brought, where a broker may lose them.
async fn compare_heads(app: Arc<App>, period: Duration) {
    while timeout(period, app.stop.cancelled()).await.is_err() {
        // What cannot be read now is read the next time.
        let _ = app.compare_heads().await;
    }
}

async fn broadcast_presence(app: Arc<App>) {
    every(app.config.rooms.presence_tick, &app.clone(), || app.tick_presence()).await;
}

async fn broadcast_room_list(app: Arc<App>) {
    every(app.config.rooms.room_list_tick, &app.clone(), || {
        // The next update waits until everybody has been sent the last one.
        if app.hub.is_broadcasting_to_members() {
            return;
        }
        let stale = app.room_list.take_stale(limit(app.config.rooms.room_list_changes));
        let changed = posting::list_rooms_named(&app, &stale);
        if !changed.is_empty() {
            // First, so that whoever comes in too late for this frame gets a list with these changes in it.
            app.room_list.outdate();
            app.hub.broadcast_to_members(&member_frame(&Event::Rooms { changed }));
        }
    })
    .await;
}

async fn log_attacks(app: Arc<App>) {
    every(LOG_ATTACKS_EVERY, &app.clone(), || app.limits.attacks.log()).await;
}

/// Removes rooms that nobody ever used. It looks often enough that none of them stays much longer than it may.
async fn remove_empty_rooms(app: Arc<App>) {
    let Some(lifetime) = limit(app.config.rooms.empty_room_ttl) else { return };
    let period = expiry_period(lifetime);
    while timeout(period, app.stop.cancelled()).await.is_err() {
        posting::remove_empty_rooms(&app).await;
    }
}

/// Removes the texts of deleted messages that cannot be restored any more. Also where none may be restored: the setting may
/// have been another one when they were deleted.
async fn forget_deleted(app: Arc<App>) {
    let period = limit(app.config.rooms.restore_window).map_or(EXPIRY_PERIOD_MAX, expiry_period);
    while timeout(period, app.stop.cancelled()).await.is_err() {
        // What cannot be written now is written the next time.
        let _ = app.store.forget_deleted(clock::now()).await;
    }
}

/// How often to look for what is older than this, so that it stays little longer than it may.
fn expiry_period(lifetime: Duration) -> Duration {
    (lifetime / 100).clamp(EXPIRY_PERIOD_MIN, EXPIRY_PERIOD_MAX)
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
