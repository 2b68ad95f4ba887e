//! Echoes every message, by the listener, the handshake and the loop of the server's own sockets. Only what a message
//! means is left out. It is there for the Autobahn test suite (`scripts/autobahn`) and for nothing else.
//!
//!     cargo run --release --example echo 127.0.0.1:9001

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use teahouse::server::config::Config;
use teahouse::server::delivery::compressor::Compressor;
use teahouse::server::delivery::sendq::{Signal, WhenFull};
use teahouse::server::edge::connection::{Reading, Transport, TransportEvent, Upgraded};
use teahouse::server::edge::http::{Upgrade, UpgradeRefused};
use teahouse::server::limits::ClientLimits;
use teahouse::server::net::listener::{self, ListenerOptions};
use teahouse::server::net::websocket::{Deflater, Opcode, SharedFrame};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const MESSAGE_BYTES_MAX: u32 = 64 * 1024 * 1024;

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9001".to_owned());
    let address: SocketAddr = address.parse().map_err(io::Error::other)?;
    let listener = listener::bind(address).await.map_err(io::Error::other)?;
    println!("ws://{}", listener.local_addr()?);
    let config = Arc::new(config());
    let options = ListenerOptions::new(&config, Arc::new(ClientLimits::new(&config.limits)), None);
    let answer = move |upgrade| answer(Arc::clone(&config), upgrade);
    let router = Router::new().route("/", get(answer));
    listener::serve(listener, router, options, CancellationToken::new(), TaskTracker::new()).await;
    Ok(())
}

/// The suite sends more, and faster, than anybody may.
fn config() -> Config {
    let mut config = Config::without_rates();
    config.limits.frame_bytes = MESSAGE_BYTES_MAX;
    config.limits.sendq_bytes = 0;
    config.limits.sendq_frames = 0;
    config.limits.connections_per_address = 0;
    config
}

async fn answer(config: Arc<Config>, upgrade: Result<Upgrade, UpgradeRefused>) -> Result<Response, UpgradeRefused> {
    Ok(upgrade?.accept(TaskTracker::new().token(), move |upgraded| echo(config, upgraded)))
}

async fn echo(config: Arc<Config>, upgraded: Upgraded) {
    let agreement = upgraded.agreement;
    let mut deflater = agreement.map(|_| Deflater::new(0));
    let compressor = Arc::new(Compressor::new(0));
    let (sendq, inbox, _token) = upgraded.split(&config.limits, &compressor, WhenFull::Close);
    let mut transport = Transport::new(Arc::clone(&sendq), inbox);
    let code = loop {
        let (opcode, payload) = match transport.next(Reading::Wanted).await {
            TransportEvent::Text(text) => (Opcode::Text, text.into_bytes()),
            TransportEvent::Binary(bytes) => (Opcode::Binary, bytes),
            TransportEvent::Alive | TransportEvent::Signal(Signal::Behind | Signal::Check | Signal::Drain) => continue,
            TransportEvent::Signal(Signal::Close(code)) | TransportEvent::Closed(Some(code)) => break code,
            TransportEvent::Closed(None) => return,
        };
        let frame = match &mut deflater {
            Some(deflater) => deflater.encode(opcode, &payload),
            None => SharedFrame::plain(opcode, &payload),
        };
        sendq.push(frame.image(agreement).clone());
    };
    transport.close(code).await;
}
