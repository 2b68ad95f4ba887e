//! The servers that are compared, and how each is started. All of them play the same room: a line of JSON comes in, and
//! everybody in the room gets it, the speaker too.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use teahouse::server::config::Setting;

use super::dialect::Dialect;
use super::fault::{Doing, Fault};

/// Limits of Teahouse, beside those of rates, that would refuse what only a load generator does. Durability is as it comes.
const LIMITS_OFF: &[&str] =
    &["CONNECTIONS", "CONNECTIONS_PER_ADDRESS", "MESSAGE_GRAPHEMES", "SENDQ_FRAMES", "REQUEST_TIMEOUT_MS"];

/// Where a server's own files would be, in its folder.
pub const SITE_FOLDER: &str = "site";

const NCHAN_MODULE: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";
const NGINX: &str = "/usr/sbin/nginx";
/// nginx looks for it in the folder that it is started with.
const NGINX_SETTINGS: &str = "nginx.conf";
const PEERS: &str = "benches/peers";

/// A server, in one configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contestant {
    TeahousePlain,
    TeahouseMember,
    UWebSockets,
    /// node `ws`, written as everybody writes it first: `JSON.stringify` for every client.
    WsStringify,
    /// node `ws` at its best: one frame for all, written past the library, all lines of a turn at once.
    WsPrebuilt,
    Nchan,
    /// The least that any program must do: read, and send to everybody.
    Floor,
}

/// What a server is started with.
pub struct Launch<'a> {
    pub port: u16,
    /// A folder of its own, which is removed afterwards.
    pub folder: &'a Path,
    /// What may wait for one connection before the server drops it or its lines.
    pub backlog_bytes: usize,
}

impl Contestant {
    pub const ALL: [Self; 7] = [
        Self::TeahousePlain,
        Self::TeahouseMember,
        Self::UWebSockets,
        Self::WsStringify,
        Self::WsPrebuilt,
        Self::Nchan,
        Self::Floor,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::TeahousePlain => "teahouse-plain",
            Self::TeahouseMember => "teahouse-member",
            Self::UWebSockets => "uwebsockets.js",
            Self::WsStringify => "ws-stringify",
            Self::WsPrebuilt => "ws-prebuilt",
            Self::Nchan => "nchan",
            Self::Floor => "floor",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::TeahousePlain => "Teahouse, plain socket",
            Self::TeahouseMember => "Teahouse, member socket",
            Self::UWebSockets => "uWebSockets.js",
            Self::WsStringify => "node ws, stringify per client",
            Self::WsPrebuilt => "node ws, one frame for all",
            Self::Nchan => "nginx nchan",
            Self::Floor => "bare send loop",
        }
    }

    pub fn is_teahouse(self) -> bool {
        matches!(self, Self::TeahousePlain | Self::TeahouseMember)
    }

    fn is_of_node(self) -> bool {
        matches!(self, Self::UWebSockets | Self::WsStringify | Self::WsPrebuilt)
    }

    pub fn dialect(self) -> Dialect {
        if self == Self::TeahouseMember { Dialect::Member } else { Dialect::Plain }
    }

    /// What is missing on this machine, if anything.
    pub fn missing(self) -> Option<String> {
        if self.is_of_node() && ask_node("process.version").is_none() {
            return Some("node is not there".to_owned());
        }
        let needed = match self {
            Self::TeahousePlain | Self::TeahouseMember => vec![teahouse()],
            Self::UWebSockets => vec![uwebsockets_library()],
            Self::WsStringify | Self::WsPrebuilt => vec![Path::new(PEERS).join("node_modules/ws")],
            Self::Nchan => vec![NGINX.into(), NCHAN_MODULE.into()],
            Self::Floor => Vec::new(),
        };
        let missing = needed.into_iter().find(|path| !path.exists())?;
        Some(format!("{} is not there", missing.display()))
    }

    /// The program, with its arguments and environment.
    pub fn command(self, launch: &Launch) -> Result<Command, Fault> {
        let mut words: Vec<OsString> = Vec::new();
        let port = launch.port.to_string();
        match self {
            Self::TeahousePlain | Self::TeahouseMember => {
                let address = format!("127.0.0.1:{port}");
                words.extend([teahouse().into(), "serve".into(), "--addr".into(), address.into()]);
                words.extend(["--data".into(), launch.folder.join("data").into()]);
            }
            Self::UWebSockets => words.extend(["node".into(), peer("uws.cjs"), port.into()]),
            Self::WsStringify => words.extend(["node".into(), peer("ws.cjs"), port.into(), "stringify".into()]),
            Self::WsPrebuilt => words.extend(["node".into(), peer("ws.cjs"), port.into(), "prebuilt".into()]),
            Self::Nchan => {
                write_nchan_settings(launch)?;
                words.extend([NGINX.into(), "-p".into(), launch.folder.into(), "-c".into(), NGINX_SETTINGS.into()]);
            }
            Self::Floor => {
                let own = env::current_exe().doing("looking for this program")?;
                words.extend([own.into(), "floor".into(), port.into()]);
            }
        }
        let mut command = Command::new("taskset");
        command.args(["-c", SERVER_PROCESSOR]).args(words);
        command.env("BACKLOG_BYTES", launch.backlog_bytes.to_string());
        if self.is_teahouse() {
            set_teahouse_limits(&mut command, launch);
        }
        Ok(command)
    }
}

/// The processor that the server has for itself, as `taskset` wants it. The generator has the next one.
const SERVER_PROCESSOR: &str = "0";

fn set_teahouse_limits(command: &mut Command, launch: &Launch) {
    for rate in Setting::rates() {
        command.env(rate.environment_name(), "0");
    }
    for limit in LIMITS_OFF {
        command.env(format!("TEAHOUSE_LIMITS_{limit}"), "0");
    }
    command.env("TEAHOUSE_LIMITS_SENDQ_BYTES", launch.backlog_bytes.to_string());
    command.env("TEAHOUSE_ROOMS_MAX_ROOMS", "0");
    command.env("TEAHOUSE_SERVER_LOG_FILTER", "warn");
    // Nobody here runs the page, which may not be built.
    command.env("LEPTOS_ENV", "DEV");
    command.env("LEPTOS_SITE_ROOT", launch.folder.join(SITE_FOLDER));
}

fn teahouse() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    env::var_os("TEAHOUSE_BIN").map_or_else(|| target.join("release/teahouse"), PathBuf::from)
}

/// The native library, which is compiled for some systems and some versions of node only.
fn uwebsockets_library() -> PathBuf {
    let name = ask_node("`uws_${process.platform}_${process.arch}_${process.versions.modules}.node`");
    let folder = Path::new(PEERS).join("node_modules/@trufflesuite/uws-js-unofficial/binaries");
    folder.join(name.unwrap_or_default())
}

/// What node says that this expression is; `None` without node.
fn ask_node(expression: &str) -> Option<String> {
    let output = Command::new("node").args(["--print", expression]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn peer(script: &str) -> OsString {
    Path::new(PEERS).join(script).into()
}

/// nginx takes its port from its settings only, so they are written for every start.
fn write_nchan_settings(launch: &Launch) -> Result<(), Fault> {
    let doing = "writing the settings of nginx";
    let template = fs::read_to_string(Path::new(PEERS).join("nchan.conf")).doing(doing)?;
    let text = template.replace("${PORT}", &launch.port.to_string()).replace("${MODULE}", NCHAN_MODULE);
    fs::write(launch.folder.join(NGINX_SETTINGS), text).doing(doing)
}
