//! `GET /healthz`: whether this node serves. 200 `ok`, with a second line while the disk is full; or 503 with the reason
//! while it drains, is damaged, or cannot read its store.

use std::sync::Arc;

use axum::extract::State;

use crate::protocol::{ErrorCode, Refusal};
use crate::server::app::App;
use crate::server::edge::http::HttpRefusal;
use crate::server::log::{Health, StoreError};
use crate::server::posting::refuse;

/// Answers load balancers and supervisors. A node whose disk is full still serves readers, and a restart would not help.
pub async fn healthz(State(app): State<Arc<App>>) -> Result<&'static str, HttpRefusal> {
    if app.drain.is_cancelled() {
        return Err(Refusal::retry_after(ErrorCode::ShuttingDown, 1_000).into());
    }
    match app.store.check().await {
        Ok(Health::Sound) => Ok("ok\n"),
        Ok(Health::DiskFull) => Ok("ok\ndisk_full: reading goes on, posting is refused; free space\n"),
        Err(error @ StoreError::Damaged(_)) => Err(refuse(error).into()),
        Err(error) => {
            tracing::error!(%error, "the store cannot be read");
            Err(Refusal::retry_after(ErrorCode::Busy, 1_000).into())
        }
    }
}
