//! Who takes part, and what the server can be asked without a socket. Not here: what they do (`page`, `reader`, `poster`).

use std::net::SocketAddr;

use reqwest::Client;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use teahouse::model::conversation::{ReachBack, Update};
use teahouse::protocol::{EventPage, LogEvent, Seq};

use crate::page::{Door, KernelBuffers, Page};

/// Somebody without a name, who may read.
pub fn visitor(address: SocketAddr) -> Door {
    Door { address, source: None, cookies: None, buffers: KernelBuffers::Standard }
}

/// Somebody who has chosen a nickname.
pub async fn guest(address: SocketAddr, nickname: &str) -> Door {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let origin = format!("http://{address}");
    let request = client.post(format!("{origin}/nickname")).header(ORIGIN, &origin);
    let response = request.form(&[("nickname", nickname), ("room", "lobby")]).send().await.unwrap();
    let cookie = response.headers().get(SET_COOKIE).unwrap_or_else(|| panic!("{nickname:?} was refused"));
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
    Door { cookies: Some(cookie), ..visitor(address) }
}

/// Reads a room's log as programs do.
pub struct History {
    client: Client,
    address: SocketAddr,
}

impl History {
    pub fn new(address: SocketAddr) -> Self {
        Self { client: Client::new(), address }
    }

    /// The oldest events behind this one.
    async fn after(&self, room: &str, after: Seq) -> EventPage {
        let url = format!("http://{}/api/v1/rooms/{room}/events?limit=200&after={after}", self.address);
        self.client.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Everything that the database holds of a room.
    pub async fn whole(&self, room: &str) -> Vec<LogEvent> {
        let mut log: Vec<LogEvent> = Vec::new();
        loop {
            let mut page = self.after(room, log.last().map_or(Seq::ZERO, |event| event.seq)).await;
            log.append(&mut page.events);
            if !page.has_newer {
                return log;
            }
        }
    }
}

/// Fetches what lies in the holes of a page's timeline, as when its reader presses the button in each.
pub async fn fill_holes(page: &mut Page) {
    while let Some(hole) = page.conversation.timeline().newest_hole() {
        page.tell(Update::FillHole(hole)).await;
        while *page.conversation.reach_back() == ReachBack::Loading {
            page.turn().await;
        }
        assert_eq!(*page.conversation.reach_back(), ReachBack::Idle, "a page of history did not come");
    }
}

/// Opens a further room.
pub async fn create_room(door: &Door, title: &str) {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let origin = format!("http://{}", door.address);
    let request = client.post(format!("{origin}/rooms")).header(ORIGIN, &origin);
    let request = request.header(COOKIE, door.cookies.as_deref().expect("only guests create rooms"));
    let response = request.form(&[("title", title), ("room", "lobby")]).send().await.unwrap();
    assert_eq!(response.status(), 303, "the room {title:?} was refused");
}
