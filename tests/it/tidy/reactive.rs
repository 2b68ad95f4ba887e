//! Rules for signals, memos and effects.

use super::{expect_none, files};

/// A memo works out its value, and learns what it depends on, only when somebody reads it. `track` reads nothing: an
/// effect that only tracks a memo that nothing else reads never runs again. Whoever follows a value reads it.
#[test]
fn nothing_follows_a_value_without_reading_it() {
    let mut violations = Vec::new();
    for file in files("src/ui", ".rs") {
        for (number, line) in file.code_lines() {
            if line.contains(".track()") || line.contains("Track::") {
                violations.push(format!("{}:{number}", file.path));
            }
        }
    }
    expect_none("a value is followed and not read", &violations);
}
