//! What the kernel knows about a process: the time it spent on a processor, and its memory.

use std::fs;
use std::time::Duration;

use super::fault::Fault;

/// The clock of `/proc/PID/stat`. Linux shows 100 ticks a second to programs on every architecture that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// Places in `/proc/PID/stat`, counted from the field behind the name, which is the third.
const UTIME: usize = 11;
const STIME: usize = 12;

/// A process that is watched.
#[derive(Clone, Debug)]
pub struct Process(String);

impl Process {
    pub fn by_id(id: u32) -> Self {
        Self(id.to_string())
    }

    /// This program.
    pub fn own() -> Self {
        Self("self".to_owned())
    }

    /// Time on a processor so far, of all threads, in the program and in the kernel for it.
    pub fn processor_time(&self) -> Result<Duration, Fault> {
        let stat = self.read("stat")?;
        // The name of the program is in brackets and may hold spaces and brackets itself.
        let (_, fields) = stat.rsplit_once(") ").ok_or(Fault::Proc("stat has no name"))?;
        let ticks = |place: usize| fields.split(' ').nth(place).and_then(|ticks| ticks.parse::<u32>().ok());
        let (Some(user), Some(system)) = (ticks(UTIME), ticks(STIME)) else {
            return Err(Fault::Proc("stat has no times"));
        };
        Ok(TICK * (user + system))
    }

    /// Resident memory.
    pub fn resident_bytes(&self) -> Result<u64, Fault> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or(Fault::Proc("status has no VmRSS"))
    }

    fn read(&self, file: &str) -> Result<String, Fault> {
        fs::read_to_string(format!("/proc/{}/{file}", self.0)).map_err(|_| Fault::Proc("the process is gone"))
    }
}

/// Time that all processors together have spent on all programs, so that the share of those that do not belong to a run
/// can be told. Time for interrupts is left out: nobody can say whose it was.
pub fn time_of_all_programs() -> Result<Duration, Fault> {
    const USER_NICE_SYSTEM_STEAL: [usize; 4] = [0, 1, 2, 7];
    let stat = fs::read_to_string("/proc/stat").map_err(|_| Fault::Proc("there is no stat"))?;
    let line = stat.lines().next().and_then(|line| line.strip_prefix("cpu "));
    let fields: Vec<&str> = line.ok_or(Fault::Proc("stat has no sum"))?.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<u64>().ok();
    let sum: u64 = USER_NICE_SYSTEM_STEAL.into_iter().filter_map(ticks).sum();
    Ok(Duration::from_millis(10 * sum))
}
