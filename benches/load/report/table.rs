//! The table on the terminal.

use std::fmt::Write as _;

use super::budgets::Budget;
use crate::contestant::Contestant;
use crate::row::{Measure, Row, Unit};

/// What ratios are taken to.
const YARDSTICKS: [(Contestant, &str); 2] = [(Contestant::UWebSockets, "uWS = 1"), (Contestant::Floor, "floor = 1")];

/// One scenario. The ratios are those of its headline.
pub fn draw(headline: Measure, rows: &[Row]) -> String {
    let mut measures: Vec<Measure> =
        rows.iter().flat_map(|row| row.figures.iter().map(|figure| figure.measure)).collect();
    measures.sort_by_key(|measure| (*measure != headline, *measure));
    measures.dedup();
    let yardsticks = yardsticks(rows, headline);
    let mut head = vec!["server".to_owned()];
    head.extend(yardsticks.iter().map(|(name, _)| (*name).to_owned()));
    head.extend(measures.iter().map(|measure| measure.title().to_owned()));
    head.push("generator".to_owned());
    let mut lines = vec![head];
    for row in rows {
        let mut line = vec![row.contestant.name().to_owned()];
        let own = row.value(headline);
        let ratio = |yardstick: f64| own.map_or_else(|| "–".to_owned(), |own| format!("{:.2}", own / yardstick));
        line.extend(yardsticks.iter().map(|(_, yardstick)| ratio(*yardstick)));
        line.extend(measures.iter().map(|measure| cell(row, *measure)));
        line.push(format!("{:.0} %", row.generator_share * 100.0));
        lines.push(line);
    }
    let mut text = align(&lines);
    for row in rows {
        for (kind, notes) in [("FAILED", &row.problems), ("DISTURBED", &row.disturbances), ("note", &row.remarks)] {
            for note in notes {
                let _ = writeln!(text, "  {} {kind}: {note}", row.contestant.name());
            }
        }
    }
    text
}

fn yardsticks(rows: &[Row], measure: Measure) -> Vec<(&'static str, f64)> {
    let value = |contestant| rows.iter().find(|row| row.contestant == contestant)?.value(measure);
    let known = YARDSTICKS.into_iter().filter_map(|(contestant, name)| Some((name, value(contestant)?)));
    known.filter(|(_, value)| *value > 0.0).collect()
}

fn cell(row: &Row, measure: Measure) -> String {
    row.value(measure).map_or_else(|| "–".to_owned(), |value| format(value, measure.unit()))
}

/// A figure as people read it, with its unit where the column does not say it.
pub fn format(value: f64, unit: Unit) -> String {
    let number = number(value);
    if unit == Unit::PerSecond { number } else { format!("{number} {}", unit.name()) }
}

/// A number with three digits that count.
pub fn number(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{:.2}M", value / 1e6),
        value if value >= 1e5 => format!("{:.0}k", value / 1e3),
        value if value >= 1e4 => format!("{:.1}k", value / 1e3),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

/// All budgets, each with whether it is met.
pub fn draw_budgets(budgets: &[Budget]) -> String {
    let lines: Vec<Vec<String>> = budgets
        .iter()
        .map(|budget| {
            let verdict = if budget.is_met() { "met" } else { "MISSED" };
            vec![verdict.to_owned(), budget.figure(), budget.wanted(), budget.name.clone()]
        })
        .collect();
    align(&lines)
}

fn align(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| lines.iter().filter_map(|line| Some(line.get(column)?.chars().count())).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        for (cell, width) in line.iter().zip(&widths) {
            let _ = write!(text, "  {cell:<width$}");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
