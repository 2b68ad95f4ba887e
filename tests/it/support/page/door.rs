//! The way from a page to the server: its socket and its requests. Used by `page` alone.

use std::io;
use std::net::{IpAddr, SocketAddr};

use leptos::server_fn::ServerFn;
use reqwest::header::{ACCEPT, COOKIE, ORIGIN};
use socket2::SockRef;
use teahouse::api::{self, ApiAnswer, PostMessage};
use teahouse::model::conversation::outbox::OutgoingPost;
use teahouse::model::conversation::{PageRequest, PostAnswer, Update};
use teahouse::protocol::HistoryPage;
use teahouse::protocol::limits::SUBPROTOCOL;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Small, so that thousands of sockets fit into one process.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// An open member socket.
pub type Socket = WebSocketStream<TcpStream>;

/// Where a page connects to, and as whom.
#[derive(Clone, Debug)]
pub struct Door {
    pub address: SocketAddr,
    /// The address that it comes from; none for whichever the kernel takes.
    pub source: Option<IpAddr>,
    /// The `Cookie` header; none for a visitor.
    pub cookies: Option<String>,
    pub buffers: KernelBuffers,
}

/// How much the kernels of both ends take for a reader that does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelBuffers {
    /// What they think best: on one machine up to 4 MB at the server's end.
    Standard,
    /// Some 100 KB. A kernel sizes its send buffer by the segments that the other end takes, and those are as large as
    /// 64 KB between two sockets of one machine, so this end takes small ones.
    Small,
}

/// Small, and large enough to catch up through.
const SMALL_RECEIVE_BUFFER_BYTES: u32 = 65_536;
/// What every IPv4 host takes (RFC 9293, section 3.7.1).
const SMALL_SEGMENT_BYTES: u32 = 536;

impl Door {
    /// Opens the member socket.
    pub async fn open(&self) -> Result<Socket, Box<Error>> {
        let stream = self.connect().await.map_err(|error| Box::new(error.into()))?;
        let mut request = format!("ws://{}/ws", self.address).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        headers.insert("origin", format!("http://{}", self.address).parse().unwrap());
        if let Some(cookies) = &self.cookies {
            headers.insert("cookie", cookies.parse().unwrap());
        }
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await.map_err(Box::new)?;
        Ok(socket)
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if let Some(source) = self.source {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        if self.buffers == KernelBuffers::Small {
            socket.set_recv_buffer_size(SMALL_RECEIVE_BUFFER_BYTES)?;
            SockRef::from(&socket).set_tcp_mss(SMALL_SEGMENT_BYTES)?;
        }
        // Frames are small and must not wait for each other's acknowledgements.
        socket.set_nodelay(true)?;
        socket.connect(self.address).await
    }
}

/// Fetches a page of history.
pub async fn fetch(door: Door, request: PageRequest) -> Update {
    let asked = reqwest::get(format!("http://{}{}", door.address, request.address())).await;
    let page = match asked.and_then(reqwest::Response::error_for_status) {
        Ok(answer) => answer.json::<HistoryPage>().await.ok(),
        Err(_) => None,
    };
    Update::Page(request, page.map(Box::new))
}

/// Posts by the server function.
pub async fn post_by_request(door: Door, post: OutgoingPost) -> Update {
    let OutgoingPost { room, post_id: id, sender, body, .. } = post;
    let body = serde_json::to_string(&body).unwrap();
    let origin = format!("http://{}", door.address);
    let request = reqwest::Client::new().post([&origin, PostMessage::PATH].concat()).header(ORIGIN, &origin);
    let request = request.header(ACCEPT, "application/json").header(COOKIE, door.cookies.unwrap_or_default());
    let request =
        request.form(&[("room", room.as_str()), ("id", id.as_str()), ("by", sender.as_str()), ("body", &body)]);
    let answer: Option<ApiAnswer<api::PostPlace>> = match request.send().await {
        Ok(answer) => answer.json().await.ok(),
        Err(_) => None,
    };
    let posted = match answer {
        Some(Ok(posted)) => PostAnswer::Acked(posted.seq, posted.at_ms),
        Some(Err(refusal)) => PostAnswer::Refused(refusal),
        None => PostAnswer::NoAnswer,
    };
    Update::Posted(room, id, posted)
}
