//! The budgets that Teahouse set itself, judged by the figures of this run. A budget whose figures were not measured is
//! not listed.

use super::find;
use super::table::number;
use crate::contestant::Contestant;
use crate::row::{Measure, Row};

const TEAHOUSE: [Contestant; 2] = [Contestant::TeahousePlain, Contestant::TeahouseMember];
const ROOM: &str = "fanout-1000";
const STEADY: &str = "steady";
/// The budget for durable sends counts on disks that sync at least so often.
const DISK_SYNCS_MIN: f64 = 1_000.0;

/// One budget and what came of it.
pub struct Budget {
    pub name: String,
    pub limit: Limit,
    pub value: f64,
    pub unit: &'static str,
}

/// What the value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Budget {
    pub fn is_met(&self) -> bool {
        match self.limit {
            Limit::AtLeast(limit) => self.value >= limit,
            Limit::AtMost(limit) => self.value <= limit,
        }
    }

    /// The value as people read it.
    pub fn figure(&self) -> String {
        amount(self.value, self.unit)
    }

    /// The limit as people read it.
    pub fn wanted(&self) -> String {
        match self.limit {
            Limit::AtLeast(limit) => format!("≥ {}", amount(limit, self.unit)),
            Limit::AtMost(limit) => format!("≤ {}", amount(limit, self.unit)),
        }
    }
}

fn amount(value: f64, unit: &str) -> String {
    format!("{} {unit}", number(value))
}

/// Every budget that this run has figures for.
pub fn judge(rows: &[Row]) -> Vec<Budget> {
    let mut budgets = Vec::new();
    for contestant in TEAHOUSE {
        compared(rows, contestant, &mut budgets);
        absolute(rows, contestant, &mut budgets);
    }
    budgets
}

/// Budgets that are ratios to a peer in the same run.
fn compared(rows: &[Row], contestant: Contestant, budgets: &mut Vec<Budget>) {
    use Contestant::{UWebSockets, WsStringify};
    use Limit::{AtLeast, AtMost};
    let ratios = [
        (ROOM, "lines/s held, 1,000 people, to uWebSockets.js", UWebSockets, Measure::LinesHeld, AtLeast(4.0)),
        (ROOM, "lines/s held, 1,000 people, to node ws with stringify", WsStringify, Measure::LinesHeld, AtLeast(40.0)),
        (
            STEADY,
            "CPU per delivery, 60 lines/s, to uWebSockets.js",
            UWebSockets,
            Measure::ProcessorPerDelivery,
            AtMost(1.0),
        ),
        (STEADY, "p99 at 60 lines/s, to uWebSockets.js", UWebSockets, Measure::Latency99, AtMost(1.0)),
    ];
    for (scenario, name, peer, measure, limit) in ratios {
        let own = find(rows, scenario, contestant, measure);
        let theirs = find(rows, scenario, peer, measure).filter(|value| *value > 0.0);
        if let (Some(own), Some(theirs)) = (own, theirs) {
            budgets.push(Budget { name: named(contestant, name), limit, value: own / theirs, unit: "×" });
        }
    }
}

/// Budgets that are figures.
fn absolute(rows: &[Row], contestant: Contestant, budgets: &mut Vec<Budget>) {
    use Limit::{AtLeast, AtMost};
    let is_disk_fast =
        find(rows, "durable", contestant, Measure::DiskSyncs).is_some_and(|syncs| syncs >= DISK_SYNCS_MIN);
    let connection_kibibytes = if contestant == Contestant::TeahouseMember { 4.0 } else { 2.5 };
    let mut limits = vec![
        (ROOM, "deliveries/s held, 1,000 people (the aim)", Measure::DeliveriesHeld, AtLeast(8e6)),
        ("idle", "memory at rest", Measure::BytesAtRest, AtMost(16.0)),
        ("idle", "memory per idle connection, 10,000", Measure::BytesPerConnection10000, AtMost(connection_kibibytes)),
        ("idle", "memory per idle connection, 19,000", Measure::BytesPerConnection19000, AtMost(connection_kibibytes)),
        ("page", "pages/s without a session, 50 messages", Measure::PagesWithoutSession, AtLeast(10_000.0)),
        ("page", "pages/s with a session, 50 messages", Measure::PagesWithSession, AtLeast(4_000.0)),
        ("storm", "10,000 people come back", Measure::BackAgain, AtMost(5.0)),
        ("storm", "ack p99 while they come back", Measure::Ack99, AtMost(250.0)),
    ];
    if is_disk_fast {
        limits.push(("durable", "durable sends, 50 writers", Measure::DurableSends, AtLeast(15_000.0)));
    }
    for (scenario, name, measure, limit) in limits {
        if let Some(value) = find(rows, scenario, contestant, measure) {
            budgets.push(Budget { name: named(contestant, name), limit, value, unit: measure.unit().name() });
        }
    }
}

fn named(contestant: Contestant, name: &str) -> String {
    let socket = if contestant == Contestant::TeahouseMember { "member" } else { "plain" };
    format!("{name} ({socket} socket)")
}
