//! The chart of the README: how many lines per second each server holds in a room of a thousand. Plain SVG in the
//! colours of the page, readable in light and dark.

use std::fmt::Write as _;

use super::find;
use super::table::format;
use crate::contestant::Contestant;
use crate::machine::Machine;
use crate::row::{Measure, Row};

const WIDTH: u32 = 720;
const LEFT: u32 = 216;
const RIGHT: u32 = 84;
const TOP: u32 = 72;
const BAR_HEIGHT: u32 = 20;
const BAR_STEP: u32 = 32;
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

/// Draws the bars of all servers that were measured, the best first.
pub fn draw(machine: &Machine, rows: &[Row]) -> String {
    let held = |contestant| find(rows, "fanout-1000", contestant, Measure::DeliveriesHeld);
    let mut bars: Vec<(Contestant, f64)> =
        Contestant::ALL.into_iter().filter_map(|contestant| Some((contestant, held(contestant)?))).collect();
    bars.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let longest = bars.first().map_or(1.0, |(_, value)| *value);
    let height = TOP + BAR_STEP * u32::try_from(bars.len()).expect("there are few servers") + FOOT;
    let mut svg = String::new();
    let mut line = |text: String| {
        let _ = writeln!(svg, "{text}");
    };
    line(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">"#
    ));
    line("  <title>Deliveries per second in one room of 1,000 people</title>".to_owned());
    line(format!("  <style>\n{STYLE}\n  </style>"));
    line(format!(r#"  <rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>"#));
    line(r#"  <text class="title" x="24" y="36">Deliveries per second, one room of 1,000 people</text>"#.to_owned());
    line(r#"  <text class="quiet" x="24" y="58">the most that is held without a loss, with 99 of 100 within 100 ms</text>"#.to_owned());
    for (place, (contestant, value)) in (0..).zip(bars) {
        line(bar(TOP + BAR_STEP * place, contestant, value, value / longest));
    }
    let foot = height - 20;
    line(format!(r#"  <text class="quiet" x="24" y="{foot}">{}</text>"#, escaped(&machine.describe())));
    line("</svg>".to_owned());
    svg
}

fn bar(y: u32, contestant: Contestant, value: f64, share: f64) -> String {
    let width = f64::from(WIDTH - LEFT - RIGHT) * share;
    let class = if contestant.is_teahouse() { "own" } else { "bar" };
    let baseline = y + BAR_HEIGHT - 5;
    let figure = format(value, Measure::DeliveriesHeld.unit());
    format!(
        "  <text x=\"24\" y=\"{baseline}\">{}</text>\n  \
         <rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR_HEIGHT}\" rx=\"3\"/>\n  \
         <text x=\"{:.1}\" y=\"{baseline}\">{figure}</text>",
        contestant.title(),
        f64::from(LEFT) + width + 8.0,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
