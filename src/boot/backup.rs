//! The commands `backup` and `restore` in words. Not here: what they do (`log::sqlite::backup`).

use std::io;
use std::path::Path;
use std::thread;

use chrono::DateTime;

use super::drain::Signals;
use crate::protocol::Timestamp;
use crate::server::config::Config;
use crate::server::ground::clock;
use crate::server::log::sqlite::backup::{
    self, BackupError, BackupProgress, Contents, Interruption, RestoredBackup, RestoredOwner, Sessions,
};

const MIB: u64 = 1024 * 1024;

/// Copies everything into one file, whether a server runs on the folder or not. `report` is called with how far a long copy has
/// come. Answers with a line of text for whoever asked.
///
/// # Errors
/// [`BackupError`] with what to do.
pub fn back_up(config: &Config, file: &Path, report: impl Fn(&str) + Sync) -> Result<String, BackupError> {
    let tell = move |news| report(&in_words(news));
    let contents = backup::back_up(&config.store, file, clock::now(), &interrupted_by_signals(), tell)?;
    Ok(format!("backed up into {} ({})\n", file.display(), told(&contents)))
}

/// Makes the data folder of a backup. Answers with lines of text for whoever asked.
///
/// # Errors
/// [`BackupError`] with what to do.
pub fn restore(config: &Config, file: &Path, sessions: Sessions) -> Result<String, BackupError> {
    let folder = &config.store.data;
    let RestoredBackup { contents, sessions: count, owner } =
        backup::restore(file, folder, sessions, &interrupted_by_signals())?;
    let of_sessions = match sessions {
        Sessions::End => "were ended: everybody chooses a nickname again",
        Sessions::Keep => "were kept: everybody is who they were when the backup was made",
    };
    let of_files = match owner {
        RestoredOwner::OfFolder { user } => format!("user {user}, whose the folder is; run the server as this user"),
        RestoredOwner::NotOfFolder { files, folder } => {
            format!(
                "user {files}, and the folder is of user {folder}; give them to the user that runs the server (chown)"
            )
        }
    };
    Ok(format!(
        "restored into {} under a new epoch ({}, backed up at {})\nsessions: {count}, which {of_sessions}\nfiles: of \
         {of_files}\n",
        folder.display(),
        told(&contents),
        words(contents.made_at),
    ))
}

/// The work ends at the first SIGTERM or Ctrl-C, and the process at the second. Where signals cannot be watched, the first one
/// ends the process, and leaves behind what `kill -9` leaves.
fn interrupted_by_signals() -> Interruption {
    let interruption = Interruption::default();
    let _ = watch_signals(interruption.clone());
    interruption
}

/// The thread ends with the process.
fn watch_signals(interruption: Interruption) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = runtime.block_on(async { Signals::install() })?;
    thread::Builder::new().spawn(move || {
        runtime.block_on(async {
            signals.stop().await;
            interruption.ask();
            signals.stop().await;
        });
        std::process::exit(1);
    })?;
    Ok(())
}

fn in_words(news: BackupProgress) -> String {
    match news {
        BackupProgress::Copied { bytes, most } => {
            format!("copied {} of at most {} MiB", bytes / MIB, most.div_ceil(MIB))
        }
        BackupProgress::Removed(path) => {
            format!("removed {}, which a backup that was cut off had left behind", path.display())
        }
        BackupProgress::LeftBehind(path) => {
            format!("{} seems to be of a backup that was cut off; remove it if so", path.display())
        }
    }
}

fn told(contents: &Contents) -> String {
    let Contents { rooms, messages, newest, .. } = contents;
    format!("messages: {messages}, rooms: {rooms}, newest event: {}", words(*newest))
}

fn words(at: Timestamp) -> String {
    let known = DateTime::from_timestamp_millis(at.unix_ms());
    known.map_or_else(|| "no known time".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}
