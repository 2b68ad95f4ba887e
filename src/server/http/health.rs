//! `GET /healthz`: whether this node serves. 200 `ok`, or 503 with the reason while it drains or cannot read its store.

use std::sync::Arc;

use axum::extract::State;

use crate::protocol::{ErrorCode, Refusal};
use crate::server::app::App;
use crate::server::http::HttpRefusal;

/// Answers load balancers and supervisors.
pub async fn healthz(State(app): State<Arc<App>>) -> Result<&'static str, HttpRefusal> {
    if app.drain.is_cancelled() {
        return Err(Refusal::retry_after(ErrorCode::ShuttingDown, 1_000).into());
    }
    match app.store.check().await {
        Ok(()) => Ok("ok\n"),
        Err(error) => {
            tracing::error!(%error, "the store cannot be read");
            Err(Refusal::retry_after(ErrorCode::Busy, 1_000).into())
        }
    }
}
