//! The chart of the README: how many lines each server holds in a room of a thousand, and which budgets this run missed.
//! Plain SVG in the colours of the page, readable in light and dark.

use std::fmt::Write as _;

use super::budgets::Budget;
use super::find;
use super::table::format;
use crate::contestant::Contestant;
use crate::machine::Machine;
use crate::row::{Measure, Row};

const SCENARIO: &str = "fanout-1000";

const WIDTH: u32 = 720;
const LEFT: u32 = 216;
/// For the figures behind the longest bar.
const RIGHT: u32 = 176;
const TOP: u32 = 84;
const BAR_HEIGHT: u32 = 20;
const BAR_STEP: u32 = 32;
const LINE_STEP: u32 = 20;
const FOOT: u32 = 52;

const STYLE: &str = "\
    text { font: 13px system-ui, sans-serif; fill: #1f2421 }
    .title { font-size: 17px; font-weight: 600 }
    .quiet { fill: #5c645f }
    .paper { fill: #fbf9f4 }
    .bar { fill: #b9b3a4 }
    .own { fill: #2b7666 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e9e5db }
      .quiet { fill: #9aa39d }
      .paper { fill: #151819 }
      .bar { fill: #4a5254 }
      .own { fill: #6fc4b0 }
    }";

/// Draws the bars of all servers that were measured, the best first, and below them what was missed. `None` when nobody
/// was measured in that room.
pub fn draw(machine: &Machine, rows: &[Row], budgets: &[Budget]) -> Option<String> {
    let held = |contestant| find(rows, SCENARIO, contestant, Measure::DeliveriesHeld);
    let mut bars: Vec<(Contestant, f64)> =
        Contestant::ALL.into_iter().filter_map(|contestant| Some((contestant, held(contestant)?))).collect();
    bars.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let (_, longest) = *bars.first()?;
    let verdict = verdict(budgets);
    let count = |items: usize| u32::try_from(items).expect("there are few servers and budgets");
    let verdict_top = TOP + BAR_STEP * count(bars.len()) + LINE_STEP;
    let height = verdict_top + LINE_STEP * count(verdict.len()) + FOOT;

    let mut body = vec![
        text("title", 36, "Deliveries per second, one room of 1,000 people"),
        text("quiet", 58, "the most that is held without a loss, with 99 of 100 within 100 ms, and the lines of it"),
    ];
    for (place, (contestant, deliveries)) in (0..).zip(bars) {
        let lines = find(rows, SCENARIO, contestant, Measure::LinesHeld).unwrap_or_default();
        body.push(bar(TOP + BAR_STEP * place, contestant, [deliveries, lines], deliveries / longest.max(1.0)));
    }
    body.extend((0..).zip(verdict).map(|(place, line)| text("quiet", verdict_top + LINE_STEP * place, &line)));
    body.push(text("quiet", height - 20, &machine.describe()));
    Some(document(height, &body))
}

fn document(height: u32, body: &[String]) -> String {
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">
  <title>Deliveries per second in one room of 1,000 people</title>
  <style>
{STYLE}
  </style>
  <rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>
"#
    );
    for element in body {
        let _ = writeln!(svg, "  {element}");
    }
    svg.push_str("</svg>\n");
    svg
}

/// What the run says about the budgets, in lines.
fn verdict(budgets: &[Budget]) -> Vec<String> {
    let missed: Vec<&Budget> = budgets.iter().filter(|budget| !budget.is_met()).collect();
    if budgets.is_empty() {
        return Vec::new();
    }
    let summary =
        format!("Of {} budgets that this run could judge, it met {}.", budgets.len(), budgets.len() - missed.len());
    let lines =
        missed.iter().map(|budget| format!("Missed: {}: {} ({})", budget.name, budget.figure(), budget.wanted()));
    [summary].into_iter().chain(lines).collect()
}

fn text(class: &str, baseline: u32, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!(r#"<text class="{class}" x="24" y="{baseline}">{text}</text>"#)
}

fn bar(y: u32, contestant: Contestant, [deliveries, lines]: [f64; 2], share: f64) -> String {
    let width = f64::from(WIDTH - LEFT - RIGHT) * share;
    let class = if contestant.is_teahouse() { "own" } else { "bar" };
    let baseline = y + BAR_HEIGHT - 5;
    let per_second = |value| format(value, Measure::LinesHeld.unit());
    let figure = if lines > 0.0 {
        format!(r#"{} <tspan class="quiet">{} lines/s</tspan>"#, per_second(deliveries), per_second(lines))
    } else {
        r#"<tspan class="quiet">no rate was held</tspan>"#.to_owned()
    };
    format!(
        "<text x=\"24\" y=\"{baseline}\">{}</text>\n  \
         <rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR_HEIGHT}\" rx=\"3\"/>\n  \
         <text x=\"{:.1}\" y=\"{baseline}\">{figure}</text>",
        contestant.title(),
        f64::from(LEFT) + width + 8.0,
    )
}
