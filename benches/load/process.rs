//! What the kernel knows about a process: the time it spent on a processor, and its memory.

use std::fs;
use std::process;
use std::time::Duration;

use super::fault::Fault;

/// The clock of `/proc/PID/stat`. Linux shows 100 ticks a second to programs on every architecture that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// Places in `/proc/PID/stat`, counted from the field behind the name, which is the third.
const PPID: usize = 1;
const UTIME: usize = 11;
const STIME: usize = 12;
const CUTIME: usize = 13;
const CSTIME: usize = 14;

/// The parent of the kernel's threads.
const KTHREADD: u32 = 2;

/// A process that is watched.
#[derive(Clone, Debug)]
pub struct Process {
    id: u32,
}

impl Process {
    pub const fn by_id(id: u32) -> Self {
        Self { id }
    }

    /// This program.
    pub fn own() -> Self {
        Self { id: process::id() }
    }

    /// Time on a processor so far, of all threads, in the program and in the kernel for it.
    pub fn processor_time(&self) -> Result<Duration, Fault> {
        processor_time(&self.read("stat")?).ok_or(Fault::Proc("stat has no times"))
    }

    /// Resident memory.
    pub fn resident_bytes(&self) -> Result<u64, Fault> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or(Fault::Proc("status has no VmRSS"))
    }

    fn read(&self, file: &str) -> Result<String, Fault> {
        fs::read_to_string(format!("/proc/{}/{file}", self.id)).map_err(|_| Fault::Proc("the process is gone"))
    }
}

/// Time that was not this program's and not this server's: that of all other programs, and time for which the host of a
/// virtual machine kept it waiting.
///
/// It is summed up over the programs, since what `/proc/stat` says of all together is guessed by looking at every tick who
/// is running: whoever works by the same clock, a thousand lines a second, is seen too often. The kernel's own threads
/// are left out, as interrupts are: they write and clear away for this run.
pub fn time_of_others(server: &Process) -> Result<Duration, Fault> {
    let processes = fs::read_dir("/proc").map_err(|_| Fault::Proc("there is no /proc"))?;
    // Not everything in there is a process, and `self` is one by another name.
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let others = ids.filter(|id| *id != process::id() && *id != server.id);
    let stats = others.filter_map(|id| fs::read_to_string(format!("/proc/{id}/stat")).ok());
    let programs = stats.filter(|stat| stat_field(stat, PPID) != Some(KTHREADD));
    Ok(programs.filter_map(|stat| time_with_children(&stat)).sum::<Duration>() + stolen_time()?)
}

fn stolen_time() -> Result<Duration, Fault> {
    const STEAL: usize = 7;
    let stat = fs::read_to_string("/proc/stat").map_err(|_| Fault::Proc("there is no stat"))?;
    let line = stat.lines().next().and_then(|line| line.strip_prefix("cpu "));
    let ticks = line.and_then(|line| line.split_whitespace().nth(STEAL)?.parse::<u32>().ok());
    Ok(TICK * ticks.ok_or(Fault::Proc("stat has no sum"))?)
}

/// With the children that are over: of a program that ended meanwhile, its parent has the time.
fn time_with_children(stat: &str) -> Option<Duration> {
    Some(processor_time(stat)? + TICK * (stat_field(stat, CUTIME)? + stat_field(stat, CSTIME)?))
}

fn processor_time(stat: &str) -> Option<Duration> {
    Some(TICK * (stat_field(stat, UTIME)? + stat_field(stat, STIME)?))
}

fn stat_field(stat: &str, place: usize) -> Option<u32> {
    // The name of the program is in brackets and may hold spaces and brackets itself.
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(place)?.parse().ok()
}
