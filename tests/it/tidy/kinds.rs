//! A kind of event has one name and one file in each room of the house, so that whoever adds one knows what to write, and
//! whoever reads one knows where everything is. ARCHITECTURE.md explains the list under "How to add a kind of event".

use super::{expect_none, read, root};

/// Where a kind lives: `{kind}` is its name on the wire, `{kinds}` its plural.
const ROOMS: &[&str] = &[
    "src/protocol/body/{kind}.rs",
    "src/server/posting/{kind}.rs",
    "src/server/log/sqlite/projections/{kinds}.rs",
    "src/server/log/conformance/{kinds}.rs",
    "src/model/conversation/timeline/{kinds}.rs",
    "src/model/conversation/{kinds}.rs",
    "src/boot/forms/{kind}.rs",
    "src/ui/components/{kinds}.rs",
    "style/components/{kinds}.css",
    "tests/it/{kinds}.rs",
    "end2end/tests/{kinds}.spec.ts",
];

/// The kinds that alter a content event, by their names in both numbers.
const CHANGES: &[(&str, &str)] = &[("reaction", "reactions")];

/// The kinds that are content. What everything else is about has no files of its own beside its body.
const CONTENT: &[&str] = &["message", "room_created", "unknown"];

fn files_of((kind, kinds): (&str, &str)) -> Vec<String> {
    let place = |room: &&str| room.replace("{kinds}", kinds).replace("{kind}", kind);
    ROOMS.iter().map(place).collect()
}

/// Protects the shape of the house: a feature is found by its name.
#[test]
fn every_kind_of_change_has_its_file_in_every_room() {
    let missing = CHANGES.iter().flat_map(|kind| files_of(*kind)).filter(|path| !root().join(path).is_file());
    expect_none("files that a kind of event lacks", &missing.collect::<Vec<_>>());
}

/// The list above is whole: a new kind of event cannot be left out of it.
#[test]
fn every_kind_of_event_is_in_the_list() {
    let known = |kind: &String| CONTENT.contains(&kind.as_str()) || CHANGES.iter().any(|(name, _)| name == kind);
    let kinds = super::protocol_document::variants("src/protocol/body.rs", "EventBody");
    assert!(kinds.len() >= CONTENT.len() + CHANGES.len(), "{kinds:?}");
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
        let text = read(path);
        let names = |kind: &&str| text.to_lowercase().contains(*kind);
        violations
            .extend(CHANGES.iter().map(|(kind, _)| *kind).filter(names).map(|kind| format!("{path} names {kind}")));
    }
    expect_none("kinds in what moves events", &violations);
}
