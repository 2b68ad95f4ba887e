//! Stopping: tell everybody when to come back, finish what was accepted, close the log, go.

use std::time::Duration;

use tokio::time::timeout;

use super::{BootError, Server};
use crate::protocol::CloseCode;
use crate::server::config::limit;
use crate::server::faults::{self, Point};
use crate::server::hub::sendq::Signal;

/// After the last client was told to reconnect it has this long to leave by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long close frames may take to arrive.
const FAREWELL: Duration = Duration::from_secs(2);

impl Server {
    /// Refuses new sockets, tells the open ones to reconnect, acknowledges what still comes, closes what stays, and
    /// closes the store last. Clients have the reconnect window and `PATIENCE` to leave, at most
    /// `limits.drain_timeout`; close frames and unfinished answers then have `FAREWELL` each.
    ///
    /// # Errors
    /// [`BootError::StoreFailed`] when the disk failed meanwhile: what was acknowledged is kept, the rest is not.
    pub async fn drain(self) -> Result<(), BootError> {
        let app = &self.app;
        let window = app.reconnect_window() + PATIENCE;
        let patience = limit(app.config.limits.drain_timeout).map_or(window, |most| window.min(most));
        tracing::info!(connections = app.hub.connection_count(), "draining");
        app.drain.cancel();
        app.hub.signal_all(Signal::Drain);
        app.connections.close();
        faults::reach(Point::InDrain);
        if timeout(patience, app.connections.wait()).await.is_err() {
            self.say_farewell().await;
        }
        app.stop.cancel();
        self.accepting.close();
        let _ = timeout(FAREWELL, self.accepting.wait()).await;
        faults::reach(Point::InDrain);
        let closed = app.store.close().await;
        let _ = timeout(FAREWELL, self.housekeeping.wait()).await;
        closed.map_err(|error| BootError::StoreFailed(error.to_string()))?;
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
