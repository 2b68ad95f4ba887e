//! How the operating system shares a processor between the threads of this process. Not here: how many threads there are.

/// Asks Linux to let a running thread finish its slice before another one that has just woken gets the processor
/// (`SCHED_BATCH`, sched(7)); threads that are started later inherit it. Where threads must share a processor, a wake-up for
/// every line that comes otherwise interrupts the fan-out for every line: with some milliseconds' patience, many lines are
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
