//! The clients and the process of the integration tests, shared.

#![expect(dead_code, reason = "the integration tests use the rest")]

#[path = "../it/support/browser.rs"]
mod browser;
#[path = "../it/support/member.rs"]
mod member;
#[path = "../it/support/process.rs"]
pub mod process;

pub use browser::Browser;
pub use member::Member;

/// How long a helper waits for what must come. Far longer than anything takes: a proof that reaches it has failed.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
