//! The machine that everything runs on: what it is, and how the processors are shared out.

use std::fs;
use std::process::Command;
use std::thread;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};

use super::fault::{Doing, Fault};

/// The server has processor 0.
const GENERATOR_PROCESSOR: usize = 1;

/// What other programs on the machine mean for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// The figures shall be worth something, so whoever uses a processor meanwhile spoils them.
    Unwelcome,
    /// The figures are worth nothing, and say so.
    Expected,
}

/// What a reader must know to judge the figures.
pub struct Machine {
    pub processor: String,
    pub processors: usize,
    pub memory_gib: u64,
    /// The kernel's version, without what its builder calls it.
    pub kernel: String,
    /// Year, month and day, in UTC.
    pub date: String,
    pub company: Company,
}

impl Machine {
    pub fn look(company: Company) -> Self {
        let processor = proc_field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
        let memory_kib = proc_field("/proc/meminfo", "MemTotal")
            .and_then(|memory| memory.split_whitespace().next()?.parse::<u64>().ok());
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let date = Command::new("date").args(["-u", "+%F"]).output().map(|output| output.stdout).unwrap_or_default();
        Self {
            processor,
            processors: thread::available_parallelism().map_or(1, usize::from),
            memory_gib: memory_kib.unwrap_or(0) / (1024 * 1024),
            kernel: kernel.trim().split('-').next().unwrap_or_default().to_owned(),
            date: String::from_utf8_lossy(&date).trim().to_owned(),
            company,
        }
    }

    pub fn describe(&self) -> String {
        let Self { processor, processors, memory_gib, kernel, date, company } = self;
        let warning = match company {
            Company::Unwelcome => "",
            Company::Expected => "figures of a busy machine, ",
        };
        format!("{warning}{date}, {processor}, {processors} processors, {memory_gib} GiB, Linux {kernel}")
    }
}

/// Keeps this program off the server's processor.
pub fn pin_generator() -> Result<(), Fault> {
    let mut processors = CpuSet::new();
    processors.set(GENERATOR_PROCESSOR);
    sched_setaffinity(None, &processors).doing("pinning the generator to processor 1 (two are needed)")
}

/// Takes as many sockets for this process and its children as it may have without asking anybody, and says how many.
pub fn raise_sockets_max() -> Result<usize, Fault> {
    let hard = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard }).doing("raising the limit of open files")?;
    Ok(hard.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX)))
}

fn proc_field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
