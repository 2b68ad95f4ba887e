//! What this process asks of the operating system: how its threads share a processor, and how many files it may open.
//! The only unsafe code of the program. Not here: how many threads and connections there are.

use std::io;

/// Asks Linux to let a running thread finish its slice before another one that has just woken gets the processor
/// (`SCHED_BATCH`, sched(7)); threads that are started later inherit it. Where threads must share a processor, a wake-up for
/// every post that comes otherwise interrupts the fan-out of every message: with some milliseconds' patience, many posts are
/// read, committed and sent together. Where a processor is free, nothing changes. It needs no rights, and does no harm
/// when it is refused.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the standard library does not offer this system call")]
pub(super) fn prefer_batches() {
    // SAFETY: the struct holds integers only, for which zero is a value; the priority of this policy must be zero.
    let parameters: libc::sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: the call reads the struct, which outlives it, and keeps nothing. 0 is the calling thread.
    let refused = unsafe { libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const parameters) } != 0;
    if refused {
        tracing::debug!("the system refuses SCHED_BATCH");
    }
}

/// Other systems have no such choice.
#[cfg(not(target_os = "linux"))]
pub(super) fn prefer_batches() {}

/// Lets this process open as many files and sockets as it may without further rights: shells and supervisors start it with
/// a soft limit, often 1,024, for the sake of programs that use `select`, which this one does not. Returns how many that
/// are. `libc`, which is here for the scheduler anyway, rather than one more dependency for two calls.
///
/// # Errors
/// When the limit cannot be read.
#[expect(unsafe_code, reason = "the standard library does not offer these system calls")]
pub(super) fn raise_open_files() -> io::Result<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the call writes the struct, which outlives it, and keeps nothing.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let raised = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
    // SAFETY: the call reads the struct, which outlives it, and keeps nothing.
    if limit.rlim_cur < limit.rlim_max && unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } == 0 {
        return Ok(raised.rlim_cur);
    }
    Ok(limit.rlim_cur)
}
