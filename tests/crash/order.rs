//! The rule of the order, read from what strace saw: whatever a socket is given about a line, its ack first of all, comes
//! after a sync of the write-ahead log that began after the line's row was written to it, and that succeeded.
//! Pure: text comes in, a verdict comes out. A sync is fdatasync or fsync, whichever SQLite was built for.
//!
//! What strace writes can be trusted to be in this order: a call that is entered waits until strace has noted it, and
//! so does a call that returns. An ack that waited for a sync is noted after it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::{LINE_BYTES, LINE_MARK};

/// How a frame begins, as strace writes it; the type follows.
const FRAME: &str = r#"{\"type\":\""#;

/// The verdict so far.
#[derive(Debug, Default)]
pub struct Order {
    /// Calls that have not returned, by thread, with what their success will mean.
    running: BTreeMap<String, Effect>,
    /// Lines whose row is in the log's file, and no sync began since.
    written: BTreeSet<String>,
    /// Lines that a sync has brought to the disk.
    synced: BTreeSet<String>,
    /// How many acks were given.
    pub acks: usize,
    /// Lines that were told of too early, once for each time.
    pub too_early: Vec<String>,
    /// Calls on the log's file that failed.
    pub failures: usize,
}

/// What a call does when it succeeds.
#[derive(Debug)]
enum Effect {
    Writes(BTreeSet<String>),
    Syncs(BTreeSet<String>),
}

impl Order {
    /// The verdict on a whole log.
    pub fn of(log: &str) -> Self {
        let mut order = Self::default();
        log.lines().for_each(|line| order.read(line));
        order
    }

    /// Fails with the first of them, if there are any.
    pub fn expect_none_too_early(&self) {
        let (count, some) = (self.too_early.len(), self.too_early.iter().take(5).collect::<Vec<_>>());
        assert!(count == 0, "{count} lines were told of before the disk had them: {some:?} …");
    }

    /// Takes one line: `THREAD name(arguments) = result`, or its two halves when another thread came in between.
    fn read(&mut self, line: &str) {
        let Some((thread, call)) = line.split_once(' ') else { return };
        let call = call.trim_start();
        if !call.starts_with("<... ") {
            self.begin(thread, call);
        }
        if !call.ends_with("<unfinished ...>") {
            let result = call.rsplit_once(" = ").map_or("?", |(_, result)| result);
            self.end(thread, result);
        }
    }

    fn begin(&mut self, thread: &str, call: &str) {
        let Some((name, arguments)) = call.split_once('(') else { return };
        let target = arguments.split_once('>').map_or(arguments, |(target, _)| target);
        let effect = match name {
            "pwrite64" if target.ends_with("-wal") => Effect::Writes(lines_in(arguments)),
            "fdatasync" | "fsync" if target.ends_with("-wal") => Effect::Syncs(std::mem::take(&mut self.written)),
            "write" | "writev" | "sendto" | "sendmsg" if target.contains("<TCP") => return self.tell(arguments),
            _ => return,
        };
        self.running.insert(thread.to_owned(), effect);
    }

    fn end(&mut self, thread: &str, result: &str) {
        let Some(effect) = self.running.remove(thread) else { return };
        if result.starts_with(['-', '?']) {
            self.failures += 1;
            return;
        }
        match effect {
            // A page carries older lines along: those are where they are.
            Effect::Writes(lines) => self.written.extend(lines.into_iter().filter(|line| !self.synced.contains(line))),
            Effect::Syncs(lines) => self.synced.extend(lines),
        }
    }

    /// Bytes leave for a client: every line in them must have been brought to the disk, unless they say that it was not.
    fn tell(&mut self, bytes: &str) {
        self.acks += bytes.split(FRAME).filter(|frame| frame.starts_with("ack")).count();
        for frame in bytes.split(FRAME).filter(|frame| !frame.starts_with("nack")) {
            self.too_early.extend(lines_in(frame).into_iter().filter(|line| !self.synced.contains(line)));
        }
    }
}

fn lines_in(bytes: &str) -> BTreeSet<String> {
    bytes
        .match_indices(LINE_MARK)
        .filter_map(|(start, _)| bytes.get(start..start + LINE_BYTES))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"7 pwrite64(9</d/t.sqlite3-wal>, "\0line-01-000001\r", 4096, 56) = 4096"#;
    const SYNC: &str = "7 fdatasync(9</d/t.sqlite3-wal>) = 0";
    const ACK: &str = r#"8 sendto(12<TCP:[127.0.0.1:1->127.0.0.1:2]>, "\201<{\"type\":\"ack\",\"id\":\"line-01-000001\"}", 62, MSG_NOSIGNAL, NULL, 0) = 62"#;

    fn too_early(log: &[&str]) -> usize {
        let order = Order::of(&log.join("\n"));
        assert_eq!(order.acks, 1);
        order.too_early.len()
    }

    #[test]
    fn an_ack_after_write_and_sync_is_right() {
        assert_eq!(too_early(&[ROW, SYNC, ACK]), 0);
    }

    #[test]
    fn an_ack_without_a_sync_or_before_it_is_too_early() {
        assert_eq!(too_early(&[ROW, ACK]), 1);
        assert_eq!(too_early(&[ROW, ACK, SYNC]), 1);
        assert_eq!(too_early(&[ACK, ROW, SYNC]), 1);
    }

    #[test]
    fn a_sync_that_began_before_the_row_was_written_does_not_count() {
        let (begins, returns) =
            ("7 fdatasync(9</d/t.sqlite3-wal> <unfinished ...>", "7 <... fdatasync resumed>)    = 0");
        assert_eq!(too_early(&[SYNC, ROW, ACK]), 1);
        assert_eq!(too_early(&[begins, &ROW.replacen('7', "6", 1), returns, ACK]), 1);
        assert_eq!(too_early(&[ROW, begins, ACK, returns]), 1);
        assert_eq!(too_early(&[ROW, begins, returns, ACK]), 0);
    }

    #[test]
    fn a_row_counts_as_written_when_the_call_returns() {
        let begins = r#"7 pwrite64(9</d/t.sqlite3-wal>, "line-01-000001", 4096, 56 <unfinished ...>"#;
        let returns = "7 <... pwrite64 resumed>)      = 4096";
        assert_eq!(too_early(&[begins, returns, SYNC, ACK]), 0);
        assert_eq!(too_early(&[begins, &SYNC.replacen('7', "6", 1), returns, ACK]), 1);
    }

    #[test]
    fn a_sync_of_another_file_does_not_count() {
        assert_eq!(too_early(&[ROW, &SYNC.replace("-wal", ""), ACK]), 1);
    }

    #[test]
    fn a_call_that_failed_brought_nothing_to_the_disk() {
        let failed = SYNC.replace("= 0", "= -1 EIO (Input/output error) (INJECTED)");
        assert_eq!(too_early(&[ROW, &failed, ACK]), 1);
        assert_eq!(too_early(&[ROW, &failed, SYNC, ACK]), 1, "the second sync does not know what the first one lost");
        let full = ROW.replace("= 4096", "= -1 ENOSPC (No space left on device) (INJECTED)");
        assert_eq!(too_early(&[&full, SYNC, ACK]), 1);
    }

    #[test]
    fn a_publication_must_wait_for_the_disk_as_well() {
        let publication = ACK.replace("ack", "publication");
        assert_eq!(Order::of(&format!("{ROW}\n{publication}")).too_early, ["line-01-000001"]);
    }

    #[test]
    fn a_refusal_may_name_what_the_disk_did_not_take() {
        let refusal = ACK.replace("ack", "nack");
        assert_eq!(Order::of(&refusal).too_early, [""; 0]);
        assert_eq!(too_early(&[&format!("{refusal}{}", ACK.replacen("8 sendto", "", 1))]), 1, "the ack after it");
    }

    #[test]
    fn several_lines_in_one_write_are_all_looked_at() {
        let two = ACK.replace("line-01-000001", r#"line-01-000001\",\"line-02-000009"#);
        assert_eq!(Order::of(&[ROW, SYNC, &two].join("\n")).too_early, ["line-02-000009"]);
    }
}
