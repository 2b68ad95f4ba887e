//! Server functions of the page, one verb a file: the same use cases as the forms that work without scripts.
//! Each is a public endpoint below `/api/fn`; its body is one call of `server::posting::form`, which authorizes by itself.
//! The browser reaches them by [`call`]. Used by `ui` alone.

mod call;
mod choose_nickname;
mod create_room;
mod error;
mod post_message;
mod sign_out;

pub use call::call;
pub use choose_nickname::*;
pub use create_room::*;
pub use error::{ApiAnswer, ApiError};
pub use post_message::*;
pub use sign_out::*;
