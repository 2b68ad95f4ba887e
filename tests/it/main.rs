//! Integration tests: one binary, a module per behaviour. They go through the public door: real sockets on port 0, a real
//! database in a temporary folder, the server as `boot` puts it together.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, and says where")]

mod support;

mod appearance;
mod attacks;
mod backup;
mod backup_trouble;
mod broker;
mod costs;
mod cuts;
mod data_folder;
mod day;
mod details;
mod disk;
mod drain;
mod drawn_pages;
mod edits;
mod examples;
mod files;
mod forgotten_rooms;
mod help;
mod history;
mod limits;
mod limits_off;
mod load_generator;
mod lost_answers;
mod new_rooms;
mod nicknames;
mod openapi;
mod operating;
mod origins;
mod page;
mod panics;
mod permalinks;
mod plain_socket;
mod presence;
mod process;
mod profiles;
mod reactions;
mod reactions_page;
mod refusal_pages;
mod refusals;
mod replies;
mod resume;
mod rights;
mod rooms;
mod search;
mod security;
mod server_functions;
mod simulation;
mod slash;
mod slow_readers;
mod talking;
mod tidy;
mod unread;
mod write_path;
mod wrong_inputs;
