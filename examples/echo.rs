//! Echoes every message, by the WebSocket of the server with larger limits. It is there for the Autobahn test suite
//! (`scripts/autobahn`) and for nothing else.
//!
//!     cargo run --release --example echo 127.0.0.1:9001

use std::convert::Infallible;
use std::io;

use bytes::BytesMut;
use http::header::SEC_WEBSOCKET_EXTENSIONS;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming as Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use teahouse::server::websocket::{
    Accept, Agreement, CloseCode, Deflater, Incoming, Opcode, ReceiveError, SharedFrame, WebSocket, negotiate,
};
use tokio::net::TcpListener;

const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9001".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("ws://{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let service = service_fn(|request| async { Ok::<_, Infallible>(upgrade(request)) });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service).with_upgrades());
    }
}

fn upgrade(request: Request<Body>) -> Response<String> {
    answer(request).unwrap_or_else(|(status, reason)| {
        let mut refusal = Response::new(reason);
        *refusal.status_mut() = status;
        refusal
    })
}

fn answer(mut request: Request<Body>) -> Result<Response<String>, (StatusCode, String)> {
    let accept = Accept::check(request.method(), request.version(), request.headers());
    let accept = accept.map_err(|error| (error.status(), error.to_string()))?;
    let agreement = negotiate(request.headers().get_all(SEC_WEBSOCKET_EXTENSIONS));
    let agreement = agreement.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            // What hyper has read behind the request, `upgraded` gives first.
            let socket = WebSocket::new(TokioIo::new(upgraded), BytesMut::new(), MESSAGE_BYTES_MAX, agreement);
            // A client that is gone cannot be told anything.
            let _ = echo(socket, agreement).await;
        }
    });
    Ok(accept.response(agreement).map(|()| String::new()))
}

async fn echo(
    mut socket: WebSocket<TokioIo<hyper::upgrade::Upgraded>>,
    agreement: Option<Agreement>,
) -> io::Result<()> {
    let mut deflater = agreement.map(|_| Deflater::new(0));
    let code = loop {
        let (opcode, payload) = match socket.receive().await {
            Ok(Incoming::Text(text)) => (Opcode::Text, text.into_owned().into_bytes()),
            Ok(Incoming::Binary(bytes)) => (Opcode::Binary, bytes.into_owned()),
            Ok(Incoming::Ping(_) | Incoming::Pong(_) | Incoming::Fragment) => continue,
            Ok(Incoming::Close(_)) | Err(ReceiveError::Closed) => break CloseCode::NORMAL,
            Err(ReceiveError::Protocol(error)) => break error.close_code(),
            Err(ReceiveError::Io(error)) => return Err(error),
        };
        let frame = match &mut deflater {
            Some(deflater) => deflater.encode(opcode, &payload),
            None => SharedFrame::plain(opcode, &payload),
        };
        socket.send(vec![frame.image(agreement).clone()]).await?;
    };
    socket.close(code, "").await
}
