//! How somebody comes in: the requests up to the open WebSocket, and the server's answers to them.

use super::dialect::{Dialect, RoomNumber};
use super::fault::Fault;
use super::wire;

/// How far somebody has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Has asked for a nickname.
    Naming,
    /// Has asked for a WebSocket.
    Upgrading,
    /// Has said `hello`.
    Greeting,
    /// Has said `join`.
    Joining,
    /// Hears lines and may say some.
    Live,
    /// The socket is over.
    Gone,
}

/// The server's answer to a request.
pub struct Answer {
    pub status: u16,
    /// Name and value of the cookie that it sets.
    pub cookie: Option<String>,
    /// Of head and body.
    pub bytes: usize,
    accept: Option<String>,
    first_line: String,
}

pub fn nickname_request(authority: &str, nickname: &str) -> String {
    form_request(authority, "/nickname", None, &format!("nickname={nickname}&room=lobby"))
}

pub fn room_request(authority: &str, cookie: &str, room: RoomNumber) -> String {
    form_request(authority, "/rooms", Some(cookie), &format!("title={}&room=lobby", room.slug()))
}

pub fn message_request(authority: &str, cookie: &str, number: usize, text: &str) -> String {
    form_request(authority, "/r/lobby/post", Some(cookie), &format!("text={text}&post_id=message-{number}"))
}

fn form_request(authority: &str, path: &str, cookie: Option<&str>, form: &str) -> String {
    let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nOrigin: http://{authority}\r\n{cookie}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

pub fn upgrade_request(authority: &str, dialect: Dialect, room: RoomNumber, cookie: Option<&str>) -> String {
    let path = dialect.path(room);
    let member = match (dialect, cookie) {
        (Dialect::Plain, _) => String::new(),
        (Dialect::Member, None) => "Sec-WebSocket-Protocol: teahouse.v2\r\n".to_owned(),
        (Dialect::Member, Some(cookie)) => {
            format!("Sec-WebSocket-Protocol: teahouse.v2\r\nOrigin: http://{authority}\r\nCookie: {cookie}\r\n")
        }
    };
    format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n{member}\r\n",
        wire::KEY
    )
}

pub fn hello(tab: &str) -> String {
    format!(r#"{{"type":"hello","protocol":2,"tab":"{tab}"}}"#)
}

pub fn join(room: RoomNumber, cursor: Option<&str>) -> String {
    format!(r#"{{"type":"join","room":"{}","cursor":{}}}"#, room.slug(), cursor.unwrap_or("null"))
}

/// The answer at the start of `bytes`; `None` while some of it is missing.
pub fn first_answer(bytes: &[u8]) -> Option<Answer> {
    let head_bytes = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..head_bytes]);
    let mut lines = head.split("\r\n");
    let first_line = lines.next()?.to_owned();
    let fields: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
    let field = |name: &str| fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    let body_bytes = field("content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    let bytes = bytes.get(..head_bytes + body_bytes)?.len();
    Some(Answer {
        status: first_line.split(' ').nth(1)?.parse().ok()?,
        cookie: field("set-cookie").and_then(|cookie| cookie.split(';').next()).map(str::to_owned),
        accept: field("sec-websocket-accept").map(str::to_owned),
        bytes,
        first_line,
    })
}

impl Answer {
    /// Whether a form was taken, as a browser is told it.
    pub fn check_form(&self) -> Result<(), Fault> {
        if self.status == 303 { Ok(()) } else { Err(Fault::Refused(self.first_line.clone())) }
    }

    /// Whether a WebSocket is open now.
    pub fn check_upgrade(&self) -> Result<(), Fault> {
        match (self.status, self.accept.as_deref()) {
            (101, Some(wire::ACCEPT)) => Ok(()),
            (101, _) => Err(Fault::WrongAccept),
            _ => Err(Fault::Refused(self.first_line.clone())),
        }
    }
}
