//! Logs: one event, one line, to standard error, as text or JSON.
//!
//! Whatever a client sent cannot forge a line or drive the terminal: every control character and every bidi override
//! leaves as its `\u` escape. What may be logged at all is the promise of the callers: never a message's body, a token or a cookie.
//!
//! Not here: metrics. Who may use it: `boot` starts it; everything else uses `tracing`.

use std::io::{self, Write};
use std::panic::PanicHookInfo;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::server::config::{LogFormat, ServerConfig};

/// Logs cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `server.log_filter` is not a filter. `Config::load` refuses it before.
    #[error("server.log_filter is not a log filter: {0}. Write a level such as info.")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Another subscriber is in place.
    #[error("logs are started already: {0}")]
    Started(#[from] tracing::subscriber::SetGlobalDefaultError),
}

/// Starts logs for the whole process, panics included.
///
/// # Errors
/// [`TelemetryError`] when the filter is wrong or logs run already.
pub fn start(config: &ServerConfig) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&config.log_filter)?;
    tracing::subscriber::set_global_default(subscriber(config.log_format, filter, io::stderr))?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

fn subscriber<W>(format: LogFormat, filter: EnvFilter, output: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // Where the log goes may be gone while the server works. By default the library then writes to standard error, which
    // is gone too, and panics.
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).log_internal_errors(false);
    let layer = layer.with_writer(OneLine(output));
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Text => Box::new(registry.with(layer)),
        LogFormat::Json => Box::new(registry.with(layer.json().flatten_event(true))),
    }
}

/// A panic's text may quote what a person wrote, unless it is a literal of the program: only then it is logged.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let literal = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(text withheld)");
    tracing::error!(location, "panic: {literal}");
}

/// A writer whose every write is one event: all that could end the line or drive a terminal is escaped.
/// The escape is that of JSON strings, so that JSON stays JSON.
struct OneLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine(self.0.make_writer())
    }
}

impl<W: Write> Write for OneLine<W> {
    /// The formatter hands over each event whole, in one `write_all`, with its line end.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let mut line = String::with_capacity(text.len());
        for character in text.strip_suffix('\n').unwrap_or(&text).chars() {
            if is_unsafe(character) {
                line.push_str(&format!("\\u{:04x}", u32::from(character)));
            } else {
                line.push(character);
            }
        }
        line.push('\n');
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// C0, DEL and C1 controls, line and paragraph separators, bidi marks and overrides.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, filter: &str, log: impl FnOnce()) -> String {
        let captured = Captured::default();
        let output = captured.clone();
        let filter = EnvFilter::try_new(filter).expect("a filter");
        let subscriber = subscriber(format, filter, move || output.clone());
        tracing::subscriber::with_default(subscriber, log);
        let bytes = captured.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("text")
    }

    const FORGED: &str = "eve\u{1b}[2J\r\n2026 ERROR forged\u{7f}\u{9b}31m\u{202e}txt\t";

    #[test]
    fn what_a_client_sent_cannot_forge_a_line_or_drive_the_terminal() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let log = logged(format, "info", || {
                tracing::info!(shown = %FORGED, debugged = ?FORGED, "hello {FORGED}");
            });
            assert_eq!(log.matches('\n').count(), 1, "{log}");
            assert!(log.ends_with('\n') && log.contains("eve"), "{log}");
            assert!(!log.trim_end_matches('\n').chars().any(is_unsafe), "{log:?}");
        }
    }

    #[test]
    fn json_lines_hold_the_text_unchanged_for_whoever_parses_them() {
        let log = logged(LogFormat::Json, "info", || tracing::warn!(room = %FORGED, "full"));
        let line: serde_json::Value = serde_json::from_str(&log).expect("JSON");
        assert_eq!((line["level"].as_str(), line["message"].as_str()), (Some("WARN"), Some("full")));
        assert!(line["room"].as_str().is_some_and(|room| room.ends_with("\u{202e}txt\t")), "{log}");
    }

    #[test]
    fn the_filter_decides_what_is_logged() {
        let log = logged(LogFormat::Text, "warn", || {
            tracing::info!("quiet");
            tracing::warn!("loud");
        });
        assert!(log.contains("loud") && !log.contains("quiet"), "{log}");
    }
}
