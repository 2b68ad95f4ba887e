//! A kind of event has one name and one file in each room of the house, so that whoever adds one knows what to write, and
//! whoever reads one knows where everything is. ARCHITECTURE.md explains the list under "How to add a kind of event".

use super::{expect_none, read, root};

/// Where a change lives: `{change}` is its name, `{changes}` its plural.
const ROOMS: &[&str] = &[
    "src/protocol/body/{change}.rs",
    "src/server/posting/{change}.rs",
    "src/server/log/sqlite/projections/{changes}.rs",
    "src/server/log/conformance/{changes}.rs",
    "src/model/conversation/timeline/{changes}.rs",
    "src/model/conversation/{changes}.rs",
    "src/boot/forms/{change}.rs",
    "src/ui/components/{changes}.rs",
    "style/components/{changes}.css",
    "tests/it/{changes}.rs",
    "end2end/tests/{changes}.spec.ts",
];

/// What alters a content event.
struct Change {
    /// Its name in both numbers.
    names: (&'static str, &'static str),
    /// Its kinds on the wire.
    kinds: &'static [&'static str],
}

const CHANGES: &[Change] = &[
    Change { names: ("reaction", "reactions"), kinds: &["reaction"] },
    Change { names: ("edit", "edits"), kinds: &["edited", "deleted", "restored"] },
];

/// The kinds that are content. What everything else is about has no files of its own beside its body.
const CONTENT: &[&str] = &["message", "room_created", "unknown"];

fn files_of(change: &Change) -> Vec<String> {
    let place = |room: &&str| room.replace("{changes}", change.names.1).replace("{change}", change.names.0);
    ROOMS.iter().map(place).collect()
}

/// The kinds of all changes.
fn changes() -> impl Iterator<Item = &'static str> {
    CHANGES.iter().flat_map(|change| change.kinds.iter().copied())
}

/// Protects the shape of the house: a feature is found by its name.
#[test]
fn every_change_has_its_file_in_every_room() {
    let missing = CHANGES.iter().flat_map(files_of).filter(|path| !root().join(path).is_file());
    expect_none("files that a change lacks", &missing.collect::<Vec<_>>());
}

/// The list above is whole: a new kind of event cannot be left out of it.
#[test]
fn every_kind_of_event_is_in_the_list() {
    let known = |kind: &String| CONTENT.contains(&kind.as_str()) || changes().any(|change| change == kind);
    let kinds = super::protocol_document::variants("src/protocol/body.rs", "EventBody");
    assert!(kinds.len() >= CONTENT.len() + changes().count(), "{kinds:?}");
    expect_none("kinds that nobody listed", &kinds.into_iter().filter(|kind| !known(kind)).collect::<Vec<_>>());
}

/// Protects the promise that a kind is added and nothing is changed for it: what moves events knows no kind of change.
#[test]
fn what_moves_events_knows_no_kind_of_change() {
    let movers = [
        "src/server/log/sqlite/operations.rs",
        "src/server/log/sqlite/queries.rs",
        "src/server/log/sqlite/writer.rs",
        "src/server/delivery/hub.rs",
        "src/server/delivery/hub/lane.rs",
        "src/server/delivery/hub/fan_out.rs",
        "src/server/delivery/recent_pages.rs",
        "src/server/edge/connection/member/machine/commands.rs",
        "src/model/connection/machine.rs",
        "src/model/connection/machine/room.rs",
        "src/client/connection.rs",
        "tests/it/simulation/network.rs",
    ];
    let mut violations = Vec::new();
    for path in movers {
        let text = read(path).to_lowercase();
        let names = |kind: &&str| text.contains(&["body::", kind].concat());
        violations.extend(changes().filter(names).map(|kind| format!("{path} names {kind}")));
    }
    expect_none("kinds in what moves events", &violations);
}
