//! Looks at `server.log_filter` more strictly than the library that obeys it: there, a word that is no level is a target
//! of which everything is logged, and so a misspelt level would silence the whole program.

use tracing_subscriber::EnvFilter;

use super::nearest::nearest;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The target that most filters name.
const OWN_TARGET: &str = "teahouse";

/// The part of a filter that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct LogFilterFault {
    /// The part as written.
    pub part: String,
    /// Where it begins, in characters, counted from 1.
    pub position: usize,
    /// What may have been meant.
    pub nearest: Option<String>,
}

/// Accepts `level` and `target=level`, separated by commas, and the library's filters for spans, `target[span]=level`.
pub(super) fn check(filter: &str) -> Result<(), LogFilterFault> {
    let mut position = 1;
    let mut is_empty = true;
    for part in parts(filter) {
        let indent = part.chars().take_while(|character| character.is_whitespace()).count();
        let written = part.trim();
        is_empty &= written.is_empty();
        check_part(written).map_err(|nearest| LogFilterFault {
            part: written.to_owned(),
            position: position + indent,
            nearest,
        })?;
        position += part.chars().count() + 1;
    }
    if is_empty { Err(LogFilterFault { part: String::new(), position: 1, nearest: None }) } else { Ok(()) }
}

/// Splits at commas, except inside the brackets of a span's filter.
fn parts(filter: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    filter.split(move |character| {
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
}

/// The error is what may have been meant.
fn check_part(part: &str) -> Result<(), Option<String>> {
    if part.is_empty() {
        return Ok(());
    }
    let (target, level) = match part.rsplit_once('=') {
        Some((target, level)) => (target, level),
        None if part.contains('[') => (part, "trace"),
        None => ("", part),
    };
    if !is_level(level) {
        let with_target = |level| if target.is_empty() { level } else { format!("{target}={level}") };
        return Err(nearest(level, LEVELS).map(with_target));
    }
    let root = target.split([':', '[']).next().unwrap_or_default();
    if root != OWN_TARGET && nearest(root, [OWN_TARGET]).is_some() {
        return Err(Some(part.replacen(root, OWN_TARGET, 1)));
    }
    EnvFilter::try_new(part).map(drop).map_err(|_| None)
}

fn is_level(text: &str) -> bool {
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(text)) || matches!(text, "0" | "1" | "2" | "3" | "4" | "5")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_or_pairs_of_target_and_level_are_a_filter() {
        for filter in [
            "info",
            "WARN",
            "off",
            "info,teahouse=debug",
            " info , hyper=off ,",
            "teahouse::server::delivery::hub=trace,warn",
            "teahouse[request{room=tea}]=debug,info",
            "trace,hyper=off,mio=off,tokio=off,runtime=off",
        ] {
            assert_eq!(check(filter), Ok(()), "{filter}");
        }
    }

    #[test]
    fn a_part_that_would_be_obeyed_otherwise_than_meant_is_refused_with_its_position() {
        for (filter, part, position, nearest) in [
            ("inof", "inof", 1, Some("info")),
            ("info,teahouse=debgu", "teahouse=debgu", 6, Some("teahouse=debug")),
            ("茶, warm", "茶", 1, None),
            ("warn, teehouse=debug", "teehouse=debug", 7, Some("teahouse=debug")),
            ("teahouse", "teahouse", 1, None),
            ("info,a=b=c", "a=b=c", 6, None),
            ("info,teahouse=", "teahouse=", 6, None),
            ("", "", 1, None),
            (" , ", "", 1, None),
        ] {
            let nearest = nearest.map(str::to_owned);
            assert_eq!(check(filter), Err(LogFilterFault { part: part.to_owned(), position, nearest }), "{filter}");
        }
    }
}
