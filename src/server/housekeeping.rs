//! The few tasks that run as long as the server: fan-out of what was committed, presence and room list once per tick.
//! Not here: tasks of connections (`connection`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::task::TaskTracker;

use crate::protocol::{Event, EventBody};
use crate::server::app::App;
use crate::server::chat;
use crate::server::clock;
use crate::server::hub::publication::member_frame;
use crate::server::store::Committed;

/// How often a setting of 0 ticks: as good as at once.
const SHORTEST_TICK: Duration = Duration::from_millis(10);

/// Starts the tasks; they end when the store is closed and `app.stop` is cancelled.
pub fn start(app: &Arc<App>, committed: mpsc::Receiver<Committed>) -> TaskTracker {
    let tasks = TaskTracker::new();
    tasks.spawn(fan_out(Arc::clone(app), committed));
    tasks.spawn(tell_presence(Arc::clone(app)));
    tasks.spawn(tell_room_list(Arc::clone(app)));
    tasks.close();
    tasks
}

/// Sends every committed event to its room, in commit order. Ends when the store is closed.
///
/// Without this task lines would be acknowledged and never shown, so its end, whatever the reason, is told to `boot`.
async fn fan_out(app: Arc<App>, mut committed: mpsc::Receiver<Committed>) {
    let _told = app.fan_out_over.clone().drop_guard();
    while let Some(committed) = committed.recv().await {
        if let EventBody::Message(message) = &committed.event.body {
            app.presence.spoke(&committed.room, &message.sender.id);
        }
        app.hub.publish(&committed);
    }
}

async fn tell_presence(app: Arc<App>) {
    every(app.config.rooms.presence_tick, &app.clone(), || app.presence.tick(&app.hub, Instant::now(), clock::now()))
        .await;
}

async fn tell_room_list(app: Arc<App>) {
    every(app.config.rooms.room_list_tick, &app.clone(), || {
        let changed = chat::list_rooms_named(&app, &app.presence.take_stale());
        if !changed.is_empty() {
            app.hub.broadcast_to_members(&member_frame(&Event::Rooms { changed }));
        }
    })
    .await;
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
