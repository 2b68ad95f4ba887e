//! Runs a batch of jobs in one transaction: all of it is on disk afterwards, or nothing. Not here: what follows from its
//! failure (`committer`).

use rusqlite::{Connection, Result, Transaction, TransactionBehavior};

use super::job::{Done, Job};
use crate::server::ground::faults::{self, Mutant, Point};
use crate::server::log::sqlite::lineage::Lineage;
use crate::server::log::sqlite::trouble::{Step, Trouble};
use crate::server::log::{Committed, StoreError};

/// Jobs that share a commit.
pub(super) type JobBatch = Vec<Box<dyn Job>>;

/// Answers all jobs of a batch that is not written.
pub(super) fn refuse(batch: JobBatch, error: impl Fn() -> StoreError) {
    batch.into_iter().for_each(|job| job.refuse(error()));
}

/// Runs a batch and commits it. `begins` is written too, if the transaction begins a write-ahead log.
///
/// Whatever fails, the transaction is taken back before this returns; if even that fails, the trouble is in doubt.
///
/// Hardly any job is refused, and a savepoint costs a copy of every page that its job changes: as much as all the rest.
/// So the first attempt has none; when a job must be taken back, the whole batch is, and runs again with them.
pub(super) fn commit(
    connection: &Connection,
    batch: &mut JobBatch,
    begins: Option<&Lineage>,
) -> Result<Vec<Committed>, Trouble> {
    let attempt = match try_commit(connection, batch, begins, run_all) {
        Ok(None) => try_commit(connection, batch, begins, run_each),
        done => done,
    };
    if !connection.is_autocommit() {
        return Err(Trouble::InDoubt("a transaction that failed could not be taken back".to_owned()));
    }
    // A batch with savepoints is never asked to run again.
    attempt.map(Option::unwrap_or_default)
}

type RunJobs = fn(&mut Transaction<'_>, &mut JobBatch) -> Result<Option<Vec<Committed>>>;

/// `None` when the batch was taken back, to be run another way. Dropped, a transaction is taken back.
fn try_commit(
    connection: &Connection,
    batch: &mut JobBatch,
    begins: Option<&Lineage>,
    run: RunJobs,
) -> Result<Option<Vec<Committed>>, Trouble> {
    let failed = |step| move |error| Trouble::of(&error, step, connection);
    let mut transaction =
        Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(failed(Step::Statement))?;
    if let Some(lineage) = begins {
        lineage.write(&transaction).map_err(failed(Step::Statement))?;
    }
    let Some(committed) = run(&mut transaction, batch).map_err(failed(Step::Statement))? else { return Ok(None) };
    if faults::is_mutant(Mutant::AckBeforeCommit) {
        batch.drain(..).for_each(Job::answer);
    }
    faults::reach(Point::BeforeCommit);
    transaction.commit().map_err(failed(Step::Commit))?;
    Ok(Some(committed))
}

/// Runs a batch. `None` as soon as a job must be taken back.
fn run_all(transaction: &mut Transaction<'_>, batch: &mut JobBatch) -> Result<Option<Vec<Committed>>> {
    let mut committed = Vec::with_capacity(batch.len());
    for job in batch {
        match job.run(transaction)? {
            Done::Kept(event) => committed.extend(event),
            Done::Undone => return Ok(None),
        }
    }
    Ok(Some(committed))
}

/// Runs a batch, each job in a savepoint: whoever is refused has only its own taken back.
fn run_each(transaction: &mut Transaction<'_>, batch: &mut JobBatch) -> Result<Option<Vec<Committed>>> {
    let mut committed = Vec::with_capacity(batch.len());
    for job in batch {
        let mut savepoint = transaction.savepoint()?;
        match job.run(&savepoint)? {
            Done::Kept(event) => committed.extend(event),
            Done::Undone => savepoint.rollback()?,
        }
        savepoint.commit()?;
    }
    Ok(Some(committed))
}
