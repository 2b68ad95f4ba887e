//! The answer of every projection. Not here: the projections.

use crate::protocol::LogEvent;
use crate::server::log::StoreError;

/// What became of folding an event: the event that it changes, if it changes one. A refusal takes the whole transaction
/// back.
pub type Folded = Result<Option<Box<LogEvent>>, StoreError>;
