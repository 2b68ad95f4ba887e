//! The page: the document around it, the application in it, its components, its state, its languages.
//! May use everything to its left; only `boot` uses it.

mod app;
pub mod appearance;
mod cell;
mod components;
mod erased_view;
mod html;
pub mod i18n;
mod nowhere;
pub mod panels;
pub mod parts;
mod shell;
mod slots;
pub mod state;

pub use app::{App, AppProps};
pub use nowhere::{WayOn, nowhere, turned_away};
pub use shell::{
    APPLICATION_ID, Assets, DocumentNotice, ReadForm, Template, VisitorsDrawing, draw_end, draw_for_visitors,
    draw_start,
};
