//! The ledger against the disk. What a killed process left behind is copied first, so that the audit mends nothing that
//! the next start must mend by itself. Not here: how the ledger came about (`crowd`, `reader`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Result};
use tempfile::TempDir;

use crate::ledger::{Ledger, LogPosition};

const DATABASE_FILES: [&str; 2] = ["teahouse.sqlite3", "teahouse.sqlite3-wal"];

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A line was acknowledged at a place where it is not.
    Lost(String, LogPosition),
    /// A line is on disk more than once.
    Doubled(String, Vec<LogPosition>),
    /// A room's log has no event at a place before its head, or says another head than it has.
    Hole(LogPosition),
    /// Somebody was shown a line that is not on disk at that place.
    ShownInVain(String, LogPosition),
    /// A line is on disk that nobody sent.
    Stray(String),
    /// The reader was shown what cannot be.
    Contradiction(String),
    /// SQLite finds the file damaged.
    Damaged(String),
}

/// Compares the ledger with what is in a data folder that no process uses.
pub fn audit(data: &Path, ledger: &Ledger) -> BTreeSet<Fault> {
    let remains = TempDir::new().unwrap();
    for file in DATABASE_FILES.iter().filter(|file| data.join(file).exists()) {
        std::fs::copy(data.join(file), remains.path().join(file)).unwrap();
    }
    let path = remains.path().join(DATABASE_FILES[0]);
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    compare(&database, ledger).unwrap()
}

fn compare(database: &Connection, ledger: &Ledger) -> Result<BTreeSet<Fault>> {
    let damage: Vec<String> =
        database.prepare("pragma integrity_check")?.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
    let mut faults = BTreeSet::new();
    faults.extend(damage.into_iter().filter(|word| word != "ok").map(Fault::Damaged));
    faults.extend(ledger.contradictions.iter().cloned().map(Fault::Contradiction));
    faults.extend(holes(database)?);
    let stored = stored_lines(database)?;
    let is_at = |line: &str, place: &LogPosition| stored.get(line).is_some_and(|places| places.contains(place));
    faults.extend(
        (ledger.acked.iter())
            .filter(|(line, place)| !is_at(line, place))
            .map(|(line, place)| Fault::Lost(line.clone(), place.clone())),
    );
    faults.extend(
        (ledger.shown.iter())
            .filter(|(place, line)| !is_at(line, place))
            .map(|(place, line)| Fault::ShownInVain(line.clone(), place.clone())),
    );
    for (line, places) in stored {
        if !ledger.sent.contains(&line) {
            faults.insert(Fault::Stray(line));
        } else if places.len() > 1 {
            faults.insert(Fault::Doubled(line, places));
        }
    }
    Ok(faults)
}

/// Every line on disk with all its places.
fn stored_lines(database: &Connection) -> Result<BTreeMap<String, Vec<LogPosition>>> {
    let mut lines: BTreeMap<String, Vec<LogPosition>> = BTreeMap::new();
    let mut select = database.prepare(
        "select slug, seq, json_extract(body, '$.text') as text from event join room using (room_id)
             where json_extract(body, '$.kind') = 'message'",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let room: String = row.get("slug")?;
        lines.entry(row.get("text")?).or_default().push(LogPosition::new(&room, seq(row.get("seq")?)));
    }
    Ok(lines)
}

fn seq(column: i64) -> u64 {
    u64::try_from(column).expect("a constraint of the schema keeps it positive")
}

/// The places that are missing between the first and the newest event of each room.
fn holes(database: &Connection) -> Result<Vec<Fault>> {
    let mut rooms: BTreeMap<String, (u64, BTreeSet<u64>)> = BTreeMap::new();
    let mut select = database.prepare("select slug, last_seq, seq from room left join event using (room_id)")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (head, seqs) = rooms.entry(row.get("slug")?).or_default();
        *head = seq(row.get("last_seq")?);
        seqs.extend(row.get::<_, Option<i64>>("seq")?.map(seq));
    }
    let missing = |(room, (head, seqs)): (String, (u64, BTreeSet<u64>))| {
        let newest = seqs.last().copied().unwrap_or_default().max(head);
        let expected: BTreeSet<u64> = (1..=newest).collect();
        let beyond_head = seqs.range(head + 1..).copied();
        let places: Vec<u64> = expected.difference(&seqs).copied().chain(beyond_head).collect();
        places.into_iter().map(move |seq| Fault::Hole(LogPosition::new(&room, seq)))
    };
    Ok(rooms.into_iter().flat_map(missing).collect())
}

/// Each test spoils one thing of a sound log; an audit that did not see it would be worth nothing.
#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: [&str; 2] = [
        include_str!("../../src/server/log/migrations/sqlite/0001_event_log.sql"),
        include_str!("../../src/server/log/migrations/sqlite/0004_event_bodies.sql"),
    ];

    /// A lobby with its creation at 1, and lines at 2 and 3.
    fn sound() -> (Connection, Ledger) {
        let database = Connection::open_in_memory().unwrap();
        database.execute_batch(&SCHEMA.concat()).unwrap();
        database.execute("insert into room values (1, 'lobby', 'Lobby', 3, 0)", []).unwrap();
        let creation = r#"insert into event (room_id, seq, at_ms, body) values (1, 1, 0, '{"kind":"room_created"}')"#;
        database.execute(creation, []).unwrap();
        let mut ledger = Ledger::default();
        for (line, seq) in [("line-a", 2), ("line-b", 3)] {
            store(&database, "ann", line, seq);
            ledger.sent.insert(line.to_owned());
            ledger.acked.insert(line.to_owned(), place(seq));
            ledger.show(place(seq), line.to_owned());
        }
        (database, ledger)
    }

    fn store(database: &Connection, person: &str, line: &str, seq: i64) {
        let row = "insert into event
                   values (1, ?1, 0, ?2, 'Ann', 'web', ?3, json_object('kind', 'message', 'text', ?3))";
        database.execute(row, (seq, person, line)).unwrap();
    }

    fn faults((database, ledger): &(Connection, Ledger)) -> Vec<Fault> {
        compare(database, ledger).unwrap().into_iter().collect()
    }

    fn place(seq: i64) -> LogPosition {
        LogPosition::new("lobby", super::seq(seq))
    }

    #[test]
    fn a_sound_log_is_found_sound() {
        assert_eq!(faults(&sound()), []);
    }

    #[test]
    fn an_acknowledged_line_that_is_not_there_is_lost_and_leaves_a_hole() {
        let log = sound();
        log.0.execute("delete from event where seq = 2", []).unwrap();
        let line = "line-a".to_owned();
        let expected = [Fault::Lost(line.clone(), place(2)), Fault::Hole(place(2)), Fault::ShownInVain(line, place(2))];
        assert_eq!(faults(&log), expected);
    }

    #[test]
    fn a_line_at_another_place_than_was_promised_is_lost() {
        let mut log = sound();
        log.1.acked.insert("line-a".to_owned(), place(3));
        assert_eq!(faults(&log), [Fault::Lost("line-a".to_owned(), place(3))]);
    }

    #[test]
    fn a_line_that_is_there_twice_is_seen_even_under_another_sender() {
        let log = sound();
        log.0.execute("update room set last_seq = 4", []).unwrap();
        store(&log.0, "ben", "line-a", 4);
        assert_eq!(faults(&log), [Fault::Doubled("line-a".to_owned(), vec![place(2), place(4)])]);
    }

    #[test]
    fn a_head_that_is_not_the_newest_event_is_a_hole() {
        for head in [2, 4] {
            let log = sound();
            log.0.execute("update room set last_seq = ?1", [head]).unwrap();
            assert_eq!(faults(&log), [Fault::Hole(place(head.max(3)))]);
        }
    }

    #[test]
    fn a_line_that_nobody_sent_is_seen() {
        let mut log = sound();
        log.1.sent.remove("line-b");
        assert_eq!(faults(&log), [Fault::Stray("line-b".to_owned())]);
    }

    #[test]
    fn what_was_shown_and_changed_is_a_contradiction() {
        let mut log = sound();
        log.1.show(place(2), "line-b".to_owned());
        assert!(faults(&log).iter().any(|fault| matches!(fault, Fault::Contradiction(_))));
    }
}
