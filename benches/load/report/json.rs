//! The rows for programs.

use serde_json::{Value, json};

use super::budgets::{Budget, Limit};
use crate::contestant::Contestant;
use crate::machine::{Company, Machine};
use crate::row::Row;

pub fn write(machine: &Machine, rows: &[Row], missing: &[(Contestant, String)], budgets: &[Budget]) -> String {
    let document = json!({
        "date": machine.date,
        "machine": {
            "processor": machine.processor,
            "processors": machine.processors,
            "memory_gib": machine.memory_gib,
            "kernel": machine.kernel,
            "busy": machine.company == Company::Expected,
        },
        "left_out": missing.iter().map(|(contestant, _)| contestant.name()).collect::<Vec<_>>(),
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
        "budgets": budgets.iter().map(budget).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn row(row: &Row) -> Value {
    let figure = |figure: &crate::row::Figure| {
        json!({
            "measure": figure.measure.key(),
            "value": rounded(figure.value),
            "unit": figure.measure.unit().name(),
        })
    };
    json!({
        "scenario": row.scenario,
        "server": row.contestant.name(),
        "figures": row.figures.iter().map(figure).collect::<Vec<_>>(),
        "problems": row.problems,
        "disturbances": row.disturbances,
        "remarks": row.remarks,
        "generator_percent": rounded(row.generator_share * 100.0),
    })
}

fn budget(budget: &Budget) -> Value {
    let (bound, limit) = match budget.limit {
        Limit::AtLeast(limit) => ("at_least", limit),
        Limit::AtMost(limit) => ("at_most", limit),
    };
    json!({
        "name": budget.name,
        bound: limit,
        "value": rounded(budget.value),
        "unit": budget.unit,
        "met": budget.is_met(),
    })
}

/// No figure here is better than three digits.
fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
