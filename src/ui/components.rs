//! The parts of the page: markup and events. What they show and do is in `ui::state`.
//! Each has a sheet of the same name in `style/components`.

mod composer;
mod connection_badge;
mod conversation;
mod day_separator;
mod drawer;
mod edits;
mod hole_marker;
mod icon;
mod jump_to_newest;
mod language_switch;
mod markdown;
mod message;
mod new_line;
mod nickname_form;
mod notice;
mod notice_line;
mod person_name;
mod reactions;
mod replies;
mod room_list;
mod roster;
mod seal;
mod timeline;
mod typing_line;

pub use composer::{Composer, POST_FORM_ID};
pub use conversation::Conversation;
pub use day_separator::{ABOUT_DAY_ID, follow_days};
pub use edits::{CHANGE_NAME, COPY, DELETE, EDIT, follow_composer_keys};
pub use hole_marker::follow_holes;
pub use markdown::markdown;
pub use message::{ABOUT_DETAILS_ID, follow_waiting};
pub use nickname_form::{NICKNAME_FORM_ID, me_card};
pub use reactions::{MORE_ID, OFFER_ID, OFFERED_FOR_ID, REACTION_FORM_ID, REACTION_NAME, follow_reactions};
pub use room_list::{RoomList, unread_in_list};
pub use roster::{Roster, person_in_roster};
pub use seal::follow_hues;
pub use timeline::row;
