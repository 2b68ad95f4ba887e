//! The flags. Each of them sets one setting; everything else is set in the file or the environment.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Teahouse (茶馆): a chat room that you host yourself.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "teahouse", version, about, after_help = "Every setting: `teahouse settings`.")]
pub struct CommandLine {
    /// What to do; `serve` when nothing is named.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
    /// Configuration file [default: Leptos.toml, if it is there].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on, such as 0.0.0.0:8080.
    #[arg(long, global = true, value_name = "IP:PORT")]
    pub addr: Option<String>,
    /// Folder of the database.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<String>,
    /// PEM file of the certificate chain, to speak HTTPS.
    #[arg(long, global = true, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// PEM file of the private key.
    #[arg(long, global = true, value_name = "FILE")]
    pub tls_key: Option<String>,
    /// Origin as browsers see it behind a proxy, such as `https://chat.example.org`.
    #[arg(long, global = true, value_name = "ORIGIN")]
    pub public_origin: Option<String>,
}

/// What the program does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Subcommand)]
pub enum CliCommand {
    /// Run the server (the default).
    #[default]
    Serve,
    /// Print every setting as a Markdown table.
    Settings,
    /// Check the configuration and print the values in effect.
    Check,
    /// Copy everything into one file, whether the server runs or not.
    ///
    /// The file appears under its name when it is whole and on disk. It holds all messages, and nicknames and
    /// hashes of sessions, but nothing that opens a session. It is never written over another file.
    Backup {
        /// The new file.
        file: PathBuf,
    },
    /// Make an empty data folder (--data) of a backup.
    ///
    /// The backup is verified first. The history gets a new epoch, so that pages that are open show what was restored and
    /// nothing else.
    Restore {
        /// A file that `teahouse backup` made.
        file: PathBuf,
        /// Let everybody be who they were; without it, everybody chooses a nickname again.
        #[arg(long)]
        keep_sessions: bool,
    },
}

impl CommandLine {
    /// Flag, `section.key` and value of every flag that sets a setting.
    pub(super) fn settings(&self) -> [(&'static str, &'static str, Option<&str>); 5] {
        [
            ("--addr", "server.addr", self.addr.as_deref()),
            ("--data", "store.data", self.data.as_deref()),
            ("--tls-cert", "server.tls_cert", self.tls_cert.as_deref()),
            ("--tls-key", "server.tls_key", self.tls_key.as_deref()),
            ("--public-origin", "server.public_origin", self.public_origin.as_deref()),
        ]
    }
}
