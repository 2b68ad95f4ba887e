//! What can go wrong with a run: the row of the table then says it instead of a figure.

use std::io;
use std::time::Duration;

use thiserror::Error;

/// Why a run has no figures.
#[derive(Debug, Error)]
pub enum Fault {
    #[error("{doing}: {source}")]
    Io { doing: &'static str, source: io::Error },
    #[error("{what} could not be started: {source}")]
    NotStarted { what: String, source: io::Error },
    #[error("the server did not listen within {0:?}")]
    NotListening(Duration),
    #[error("the server ended by itself: {0}")]
    Ended(std::process::ExitStatus),
    #[error("the server answered a handshake with: {0}")]
    Refused(String),
    #[error("an answer to a reader is wrong: {0}")]
    WrongPage(String),
    #[error("the server answered a handshake with a wrong Sec-WebSocket-Accept")]
    WrongAccept,
    #[error("a frame came that no server here should send; its first byte is {0:#04x}")]
    UnexpectedFrame(u8),
    #[error("only {live} of {wanted} people came in, and then nobody for {patience:?}")]
    NotGathered { live: usize, wanted: usize, patience: Duration },
    #[error("{wanted} sockets are needed, and there are {available}: raise the hard limit of open files (ulimit -Hn)")]
    TooFewSockets { wanted: usize, available: usize },
    #[error("/proc cannot be read: {0}")]
    Proc(&'static str),
}

/// Names what was being done when the system said no.
pub trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, Fault>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, doing: &'static str) -> Result<T, Fault> {
        self.map_err(|source| Fault::Io { doing, source: source.into() })
    }
}
