//! One running server: started for one run, pinned to a processor of its own, and ended with everything it wrote.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::contestant::{Contestant, Launch};
use super::fault::{Doing, Fault};
use super::process::Process;

const START_PATIENCE: Duration = Duration::from_secs(10);
/// How much of a server's log is shown when a run fails.
const LOG_LINES_SHOWN: usize = 8;

/// A server that listens.
pub struct Server {
    pub address: SocketAddrV4,
    pub process: Process,
    /// On the disk that is measured; everything in it goes with the server.
    pub folder: PathBuf,
    child: Child,
}

impl Server {
    /// Starts a server and waits until it listens.
    pub fn start(contestant: Contestant, backlog_bytes: usize, folder: &Path) -> Result<Self, Fault> {
        let folder = folder.join(contestant.name());
        remove(&folder);
        fs::create_dir_all(&folder).doing("creating a folder for the server")?;
        let address = free_address().doing("looking for a free port")?;
        let launch = Launch { port: address.port(), folder: &folder, backlog_bytes };
        let mut command = contestant.command(&launch)?;
        let log = File::create(folder.join("log")).doing("creating the server's log")?;
        let log_too = log.try_clone().doing("creating the server's log")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(log_too)
            .spawn()
            .map_err(|source| Fault::NotStarted { what: contestant.name().to_owned(), source })?;
        let mut server = Self { address, process: Process::by_id(child.id()), folder, child };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    fn wait_until_it_listens(&mut self) -> Result<(), Fault> {
        let started = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait().doing("looking after the server")? {
                self.show_log();
                return Err(Fault::Ended(status));
            }
            if started.elapsed() > START_PATIENCE {
                self.show_log();
                return Err(Fault::NotListening(START_PATIENCE));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Shows the end of what the server said.
    pub fn show_log(&self) {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        for line in &lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..] {
            eprintln!("    its log: {line}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; nothing is left to do then.
        let _ = self.child.kill();
        let _ = self.child.wait();
        remove(&self.folder);
    }
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        eprintln!("{} cannot be removed: {error}", folder.display());
    }
}

/// A port that nobody listens on.
fn free_address() -> io::Result<SocketAddrV4> {
    let probe = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    Ok(SocketAddrV4::new(Ipv4Addr::LOCALHOST, probe.local_addr()?.port()))
}
