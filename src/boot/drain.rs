//! Stopping: tell everybody when to come back, listen no more, finish what was accepted, close the log, go.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{BootError, Server};
use crate::protocol::CloseCode;
use crate::server::config::limit;
use crate::server::delivery::sendq::Signal;
use crate::server::ground::faults::{self, Point};
use crate::server::log::StoreFailure;

/// Whoever was sent `reconnect` last has so long to be gone: a slow network, and a busy machine.
const GRACE: Duration = Duration::from_millis(500);

/// How long close frames and unfinished answers may take to arrive.
const FAREWELL: Duration = Duration::from_secs(1);

/// The same when somebody is in a hurry.
const SHORT_FAREWELL: Duration = Duration::from_millis(200);

impl Server {
    /// [`Server::drain_unless_hurried`], by whoever is in no hurry.
    ///
    /// # Errors
    /// The same.
    pub async fn drain(self) -> Result<(), BootError> {
        self.drain_unless_hurried(CancellationToken::new()).await
    }

    /// Tells the open sockets to reconnect and listens no more, so that the next process can take the port; acknowledges
    /// what still comes, closes what stays beyond the reconnect window, and closes the store last. Nobody who left in time
    /// waits for somebody who does not: the window is all that the silent get. `hurry` ends every wait for clients.
    ///
    /// # Errors
    /// [`BootError::StoreFailed`] when the disk failed meanwhile: what was acknowledged is kept, the rest is not.
    pub async fn drain_unless_hurried(self, hurry: CancellationToken) -> Result<(), BootError> {
        let app = &self.app;
        let patience = Patience::new(limit(app.config.limits.drain_timeout), hurry);
        let window = app.reconnect_window();
        tracing::info!(connections = app.hub.connection_count(), "draining");
        app.drain.cancel();
        app.hub.signal_all(Signal::Drain);
        app.connections.close();
        self.listening.cancel();
        faults::reach(Point::InDrain);
        if !patience.wait_for(window + GRACE, app.connections.wait()).await {
            tracing::info!(connections = app.hub.connection_count(), "closing those who stayed");
            app.hub.signal_all(Signal::Close(CloseCode::Drain));
            patience.wait_for(FAREWELL, app.connections.wait()).await;
        }
        app.stop.cancel();
        self.accepting.close();
        patience.wait_for(FAREWELL, self.accepting.wait()).await;
        faults::reach(Point::InDrain);
        // Whatever the hurry: what was accepted gets its commit.
        let closed = app.store.close().await;
        app.store_closed.cancel();
        patience.wait_for(FAREWELL, self.housekeeping.wait()).await;
        if let Err(error) = closed {
            let failure = self.failure.borrow().clone();
            return Err(failure.unwrap_or_else(|| StoreFailure::InDoubt(error.to_string())).into());
        }
        tracing::info!("stopped");
        Ok(())
    }

    /// Closes what is still open, and gives it a moment: what was answered already goes out before the close frame. A
    /// client that does not even take that is cut off by the end of the process.
    pub async fn say_farewell(&self) {
        self.app.hub.signal_all(Signal::Close(CloseCode::Drain));
        self.app.connections.close();
        let _ = timeout(FAREWELL, self.app.connections.wait()).await;
    }
}

/// How long a drain waits for clients.
struct Patience {
    /// None = as long as each step may take.
    until: Option<Instant>,
    hurry: CancellationToken,
}

impl Patience {
    fn new(drain_timeout: Option<Duration>, hurry: CancellationToken) -> Self {
        Self { until: drain_timeout.map(|most| Instant::now() + most), hurry }
    }

    /// Whether the work was over in time. A moment remains in any hurry: close frames are on their way.
    async fn wait_for(&self, most: Duration, work: impl Future<Output = ()>) -> bool {
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        let most = left.map_or(most, |left| most.min(left));
        let hurried = async {
            self.hurry.cancelled().await;
            sleep(most.min(SHORT_FAREWELL)).await;
        };
        tokio::select! {
            biased;
            () = work => true,
            () = sleep(most) => false,
            () = hurried => false,
        }
    }
}

/// The signals of the operating system that mean something here.
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// From now on these signals do not end the process by themselves.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn install() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for SIGTERM or Ctrl-C.
    pub async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
