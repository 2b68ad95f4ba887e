//! The commands `backup` and `restore` in words. Not here: what they do (`store::sqlite::backup`).

use std::path::Path;

use chrono::DateTime;

use crate::protocol::Timestamp;
use crate::server::config::Config;
use crate::server::ground::clock;
use crate::server::log::sqlite::backup::{self, BackupError, Contents, Ownership, Progress, Restored, Sessions};

const MIB: u64 = 1024 * 1024;

/// Copies everything into one file, whether a server runs on the folder or not. `report` is told how far a long copy has
/// come. Answers with a line for whoever asked.
///
/// # Errors
/// [`BackupError`] with what to do.
pub fn back_up(config: &Config, file: &Path, report: impl Fn(&str) + Send) -> Result<String, BackupError> {
    let progress = move |Progress { copied, total }: Progress| {
        report(&format!("copied {} of at most {} MiB", copied / MIB, total.div_ceil(MIB)));
    };
    let contents = backup::back_up(&config.store, file, clock::now(), progress)?;
    Ok(format!("backed up into {} ({})\n", file.display(), told(&contents)))
}

/// Makes the data folder of a backup. Answers with lines for whoever asked.
///
/// # Errors
/// [`BackupError`] with what to do.
pub fn restore(config: &Config, file: &Path, sessions: Sessions) -> Result<String, BackupError> {
    let folder = &config.store.data;
    let Restored { contents, sessions: count, owner } = backup::restore(file, folder, sessions)?;
    let of_sessions = match sessions {
        Sessions::End => "were ended: everybody chooses a nickname again",
        Sessions::Keep => "were kept: everybody is who they were when the backup was made",
    };
    let of_files = match owner {
        Ownership::OfFolder { user } => format!("user {user}, whose the folder is; run the server as this user"),
        Ownership::NotOfFolder { files, folder } => {
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

fn told(contents: &Contents) -> String {
    let Contents { rooms, messages, newest, .. } = contents;
    format!("messages: {messages}, rooms: {rooms}, newest event: {}", words(*newest))
}

fn words(at: Timestamp) -> String {
    let known = DateTime::from_timestamp_millis(at.unix_ms());
    known.map_or_else(|| "no known time".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}
