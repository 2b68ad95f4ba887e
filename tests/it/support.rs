//! A server of one's own and people who talk to it. Helpers wait for what they expect and panic with what came instead;
//! nothing here sleeps.

mod browser;
mod member;
mod page;
pub mod process;
mod program;
mod proxy;
mod small_disk;

use std::net::SocketAddr;
use std::sync::Arc;

use teahouse::boot::{self, Server};
use teahouse::server::app::App;
use teahouse::server::config::Config;
use teahouse::server::delivery::broker::Broker;
use teahouse::server::delivery::broker::local::LocalBroker;
use teahouse::server::ground::clock;
use teahouse::server::log::Guest;
use tempfile::TempDir;
use tokio::net::TcpListener;

pub use browser::Browser;
pub use member::{Continuity, Member, is_publication};
pub use page::{Door, KernelBuffers, Page, shown_after};
pub use program::Program;
pub use proxy::{Cut, Direction, Ending, Proxy};
pub use small_disk::SmallDisk;

/// How long a helper waits for what must come. Far longer than anything takes: a test that reaches it has failed.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// Every server function that was compiled in, as `(path, method)`.
pub fn registered_server_functions() -> Vec<(String, String)> {
    leptos::server_fn::axum::server_fn_paths().map(|(path, method)| (path.to_owned(), method.to_string())).collect()
}

/// A running server with its data in a temporary folder.
pub struct TestServer {
    server: Option<Server>,
    pub data: TempDir,
}

impl TestServer {
    /// A server as it comes, except that the limits that would slow tests down are off.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with some settings changed.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_in(TempDir::new().unwrap(), change).await
    }

    /// The same in a folder that may hold data already.
    pub async fn start_in(data: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_with_broker(Arc::new(LocalBroker::default()), data, change).await
    }

    /// The same over a broker of the test.
    pub async fn start_with_broker(broker: Arc<dyn Broker>, data: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::without_rates();
        config.server.addr = SocketAddr::from(([127, 0, 0, 1], 0));
        config.store.data = data.path().to_owned();
        change(&mut config);
        let listener = TcpListener::bind(config.server.addr).await.unwrap();
        let server = boot::start_with_broker(broker, config, listener).await.unwrap();
        Self { server: Some(server), data }
    }

    pub fn app(&self) -> &Arc<App> {
        self.server().app()
    }

    pub fn address(&self) -> SocketAddr {
        self.server().address()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    pub fn socket_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address())
    }

    pub fn origin(&self) -> String {
        self.url("")
    }

    /// Stops the server in order and gives its folder back.
    pub async fn drain(mut self) -> TempDir {
        self.server.take().unwrap().drain().await.unwrap();
        self.data
    }

    /// Takes the server out, to drain it while others go on.
    pub fn take(&mut self) -> Server {
        self.server.take().unwrap()
    }

    /// A browser without a nickname.
    pub fn browser(&self) -> Browser {
        Browser::new(self.origin())
    }

    /// Somebody with a nickname, live in the lobby.
    pub async fn member(&self, nickname: &str) -> Member {
        self.member_in(nickname, "lobby").await
    }

    /// Somebody with a nickname, live in a room.
    pub async fn member_in(&self, nickname: &str, room: &str) -> Member {
        let browser = self.browser();
        browser.choose_nickname(nickname).await;
        browser.member_in(room).await
    }

    /// What the database knows of the guest in a browser.
    pub async fn guest(&self, browser: &Browser) -> Option<Guest> {
        self.app().store.guest_by_token(&browser.token_hash(), clock::now()).await.unwrap()
    }

    /// A program on the plain socket of the lobby.
    pub async fn program(&self) -> Program {
        Program::connect(&self.socket_url("/")).await
    }

    fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }
}
