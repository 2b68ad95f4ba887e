//! A browser: a cookie jar and the headers that a page of ours sends.

use reqwest::header::{ACCEPT, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::Member;

/// Keeps cookies and follows no redirects, so that tests see them.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    origin: String,
    jar: std::sync::Arc<reqwest::cookie::Jar>,
}

impl Browser {
    pub fn new(origin: String) -> Self {
        let jar = std::sync::Arc::new(reqwest::cookie::Jar::default());
        let client =
            Client::builder().cookie_provider(std::sync::Arc::clone(&jar)).redirect(Policy::none()).build().unwrap();
        Self { client, origin, jar }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).header(ACCEPT, "text/html").send().await.unwrap()
    }

    /// Posts a form as the page would without scripts.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.post_from(&self.origin, path, fields).await
    }

    /// Posts a form as a page of another origin would.
    pub async fn post_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.client.post(self.url(path)).header(ORIGIN, origin).header(ACCEPT, "text/html");
        request.form(fields).send().await.unwrap()
    }

    /// Chooses a nickname; panics when it is refused.
    pub async fn choose_nickname(&self, nickname: &str) {
        let response = self.post("/nickname", &[("nickname", nickname), ("room", "lobby")]).await;
        assert_eq!(response.status(), 303, "{nickname:?} was refused: {}", response.text().await.unwrap());
    }

    /// The `Cookie` header that this browser sends.
    pub fn cookies(&self) -> Option<String> {
        use reqwest::cookie::CookieStore;
        let cookies = self.jar.cookies(&self.origin.parse().unwrap())?;
        Some(cookies.to_str().unwrap().to_owned())
    }

    /// What the database knows of this browser's token.
    pub fn token_hash(&self) -> [u8; 32] {
        use sha2::{Digest, Sha256};
        let cookies = self.cookies().expect("somebody who has chosen a nickname has a cookie");
        let token = cookies.split(';').find_map(|pair| pair.trim().strip_prefix("teahouse_")?.split_once('='));
        Sha256::digest(token.expect("the cookie of a session").1).into()
    }

    /// Opens the member socket of this server with this browser's cookies.
    pub async fn socket(&self) -> Member {
        let url = format!("{}/ws", self.origin.replacen("http", "ws", 1));
        Member::connect(&url, Some(&self.origin), self.cookies().as_deref()).await.unwrap()
    }

    /// Opens a member socket and joins a room.
    pub async fn member_in(&self, room: &str) -> Member {
        let mut member = self.socket().await;
        member.hello().await;
        member.join(room).await;
        member
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}
