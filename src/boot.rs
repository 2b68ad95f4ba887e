//! Composition: settings → store, broker, hub → routes and page; then serving, and stopping without losing a message.
//! The only module that knows both the server and the page.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::server::app::App;
use crate::server::config::{Config, Scheme, ServerConfig, WebOrigin};
use crate::server::delivery::broker::local::LocalBroker;
use crate::server::delivery::broker::{Broker, Bulletin};
use crate::server::edge::http;
use crate::server::ground::clock;
use crate::server::log::StoreFailure;
use crate::server::log::sqlite::{OpenError, SqliteStore};
use crate::server::net::listener::{self, BindError, Hangup, ListenerOptions, Tls, TlsError};
use crate::server::net::origin::Hosts;
use crate::server::{housekeeping, posting};

mod assets;
mod backup;
mod check;
mod drain;
mod drawn_pages;
mod encoded;
mod forms;
mod open_files;
mod page_weight;
mod pages;
mod panels;
mod permalinks;
mod policy;
mod render;
mod server_functions;
mod system;
mod typed;

pub use assets::SiteFault;
pub use backup::{back_up, restore};
pub use check::{Findings, Warning, check};
pub use open_files::Shortage;

/// How long the store may take to tell why it ended.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Why the server did not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The runtime could not be made.
    #[error("the operating system gives no threads: {0}")]
    Runtime(std::io::Error),
    /// The address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] BindError),
    /// The certificate or the key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The files of the page are not those that the page names.
    #[error(transparent)]
    Site(#[from] SiteFault),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A signal handler could not be installed.
    #[error("signals cannot be watched: {0}")]
    Signals(std::io::Error),
    /// The store ended under the running server.
    #[error(transparent)]
    StoreFailed(#[from] StoreFailure),
    /// The task that delivers messages ended.
    #[error(
        "messages are stored but not shown to anybody any more, by a fault of this program. Start it again; nothing is lost"
    )]
    FanOutEnded,
}

/// Serves until a signal or a failed disk ends it. Blocks the calling thread.
///
/// # Errors
/// [`BootError`] with what is wrong and what to do.
pub fn run(config: Config) -> Result<(), BootError> {
    system::prefer_batches();
    let config = open_files::fit(config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(BootError::Runtime)?;
    runtime.block_on(async {
        warn_or_refuse(&config)?;
        let listener = listener::bind(config.server.addr).await?;
        let server = start(config, listener).await?;
        let mut signals = drain::Signals::install().map_err(BootError::Signals)?;
        let hurry = CancellationToken::new();
        tracing::info!("serving on {}", server.url());
        if *server.app.origins.hosts() == Hosts::Any {
            tracing::warn!(
                "this server answers under every host name, so a web page could reach it under a name of its own; set \
                 server.public_origin, or server.hosts"
            );
        }
        tokio::select! {
            () = signals.stop() => {
                let hurried = async {
                    signals.stop().await;
                    tracing::info!("told to stop again: waiting for nobody any more");
                    hurry.cancel();
                    std::future::pending().await
                };
                tokio::select! {
                    drained = server.drain_unless_hurried(hurry.clone()) => drained,
                    () = hurried => Ok(()),
                }
            }
            failure = server.failure() => {
                tracing::error!(%failure, "stopping");
                server.say_farewell().await;
                Err(failure)
            }
        }
    })
}

/// What would show only in the browser stops the start, or is logged where the server is of use all the same.
fn warn_or_refuse(config: &Config) -> Result<(), BootError> {
    let Findings { faults, warnings } = check(config);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    faults.into_iter().next().map_or(Ok(()), Err)
}

/// A server that is serving. Tests start one on port 0 and connect to it like anybody else.
pub struct Server {
    app: Arc<App>,
    address: SocketAddr,
    scheme: Scheme,
    failure: watch::Receiver<Option<StoreFailure>>,
    /// Cancelled when nothing more is accepted.
    listening: CancellationToken,
    accepting: TaskTracker,
    housekeeping: TaskTracker,
}

/// Opens the store, puts the parts together and starts to serve on `listener`, as the only node.
///
/// # Errors
/// [`BootError`] with what is wrong and what to do.
pub async fn start(config: Config, listener: TcpListener) -> Result<Server, BootError> {
    start_with_broker(Arc::new(LocalBroker::default()), config, listener).await
}

/// The same over any broker.
///
/// # Errors
/// As [`start`].
pub async fn start_with_broker(
    broker: Arc<dyn Broker>,
    config: Config,
    listener: TcpListener,
) -> Result<Server, BootError> {
    let hangup = Hangup::watch().map_err(BootError::Signals)?;
    let address = listener.local_addr().unwrap_or(config.server.addr);
    let tls = load_certificate(&config.server)?;
    let scheme = if tls.is_some() { Scheme::Https } else { Scheme::Http };
    let committed_to = Arc::clone(&broker);
    let sink = Box::new(move |event| committed_to.publish(Bulletin::Committed(event)));
    let store = SqliteStore::open(&config.store, &config.rooms.lobby_title, clock::now(), sink)?;
    let failure = store.failure();
    let app = App::new(config, Arc::new(store), broker);
    // The lobby is open from the start, so that its presence can be listed before anybody joins.
    let _ = posting::open_room(&app, &crate::protocol::RoomSlug::lobby()).await;
    let housekeeping = housekeeping::start(&app).map_err(BootError::Runtime)?;
    let accepting = TaskTracker::new();
    let assets = Arc::new(assets::find(&app.config.leptos));
    let refusal_pages = render::refusal_pages(Arc::clone(&assets));
    let router = http::router(&app, pages::router(&app, &assets), refusal_pages.clone());
    accepting.spawn(hangup.obey(tls.clone(), app.stop.clone()));
    if let Some(tls) = tls.clone() {
        let drain = app.stop.clone();
        accepting.spawn(async move { tls.warn_daily(drain).await });
    }
    let options = ListenerOptions { refusal_pages, ..ListenerOptions::new(&app.config, Arc::clone(&app.limits), tls) };
    let listening = CancellationToken::new();
    accepting.spawn(listener::serve(listener, router, options, listening.clone(), accepting.clone()));
    Ok(Server { app, address, scheme, failure, listening, accepting, housekeeping })
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The parts, for tests that look at what no client can see.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Waits until the server cannot keep its promises any more, and tells why.
    pub async fn failure(&self) -> BootError {
        let mut failure = self.failure.clone();
        let store_failed = async {
            match failure.wait_for(Option::is_some).await {
                Ok(failure) => failure.clone().map_or(BootError::FanOutEnded, BootError::StoreFailed),
                // The store was closed without having failed: that is what a drain looks like from here.
                Err(_) => std::future::pending().await,
            }
        };
        let mut store_failed = std::pin::pin!(store_failed);
        tokio::select! {
            failure = &mut store_failed => failure,
            // A failed store ends the fan-out too, a moment before it tells why.
            () = self.app.fan_out_over.cancelled() => {
                timeout(LAST_WORDS, store_failed).await.unwrap_or(BootError::FanOutEnded)
            }
        }
    }

    /// What to type into a browser on this machine.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme.name(), self.address)
    }
}

fn load_certificate(config: &ServerConfig) -> Result<Option<Arc<Tls>>, TlsError> {
    match (&config.tls_cert, &config.tls_key) {
        (Some(certificate), Some(key)) => {
            let host = config.public_origin.as_deref().and_then(WebOrigin::parse);
            Ok(Some(Arc::new(Tls::load(certificate, key, host.as_ref().map(WebOrigin::host))?)))
        }
        // The settings were checked to name both or none.
        _ => Ok(None),
    }
}
