//! A program that knows no more than "connect, send JSON, print what comes".

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PATIENCE;

/// One open plain socket.
pub struct Program {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Program {
    pub async fn connect(url: &str) -> Self {
        let (socket, _) = connect_async(url).await.unwrap();
        Self { socket }
    }

    pub fn from_socket(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        Self { socket }
    }

    pub async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub async fn send_binary(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    pub async fn say(&mut self, nickname: &str, message: &str) {
        let time = "11-22 20:46:05";
        self.send_text(&json!({"nickname": nickname, "message": message, "time": time}).to_string()).await;
    }

    /// The next JSON object that comes.
    pub async fn receive(&mut self) -> Value {
        loop {
            match self.frame().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("JSON was expected and this came: {other:?}"),
            }
        }
    }

    /// The next object, as `(nickname, message, status)`.
    pub async fn line(&mut self) -> (String, String, i64) {
        let value = self.receive().await;
        let text = |key: &str| value[key].as_str().unwrap_or_else(|| panic!("{key} is missing in {value}")).to_owned();
        (text("nickname"), text("message"), value["status"].as_i64().unwrap())
    }

    /// The next object, which must be a refusal; returns its code.
    pub async fn refused(&mut self) -> String {
        self.refused_for().await.0
    }

    /// The next object, which must be a refusal; returns its code, and the wait that it advises.
    pub async fn refused_for(&mut self) -> (String, Option<u64>) {
        let value = self.receive().await;
        assert_eq!(value["status"], -1, "a refusal was expected and this came: {value}");
        let error = value["error"].as_str().unwrap();
        let wait_ms = value["retry_after_ms"].as_u64();
        assert!(!error.contains("retry_after_ms") || wait_ms.is_some(), "the wait is spoken of and missing: {value}");
        (error.split(':').next().unwrap().to_owned(), wait_ms)
    }

    pub async fn closed(&mut self) -> CloseFrame {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.expect("the server says why it closes");
            }
        }
    }

    pub async fn close(mut self) {
        self.socket.close(None).await.unwrap();
    }

    async fn frame(&mut self) -> Message {
        tokio::time::timeout(PATIENCE, self.socket.next())
            .await
            .expect("something was expected and nothing came")
            .expect("something was expected and the socket is over")
            .unwrap()
    }
}
