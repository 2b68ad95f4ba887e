//! What is made of the rows: a table for people, JSON for programs, a chart for the README.

mod budgets;
mod chart;
mod json;
mod table;

use std::time::Duration;

use super::contestant::Contestant;
use super::machine::{Company, Machine};
use super::row::{Measure, Row};
use super::scenario::Scenario;
use budgets::Budget;

/// All rows of a run.
pub struct Report {
    machine: Machine,
    pub rows: Vec<Row>,
    /// Servers that are not installed here, and what of them is not there.
    pub missing: Vec<(Contestant, String)>,
}

impl Report {
    pub fn new(machine: Machine) -> Self {
        Self { machine, rows: Vec::new(), missing: Vec::new() }
    }

    pub fn is_missing(&self, contestant: Contestant) -> bool {
        self.missing.iter().any(|(missing, _)| *missing == contestant)
    }

    pub fn print_head(&self) {
        println!("{}", self.machine.describe());
        println!("server on processor 0, generator on processor 1; lines of 64 bytes unless it says otherwise");
        for (contestant, missing) in &self.missing {
            println!("left out: {}: {missing}", contestant.title());
        }
    }

    pub fn print_scenario(&self, scenario: &Scenario, rows: &[Row], took: Duration) {
        println!("\n{}: {} (took {} s)", scenario.name, scenario.title, took.as_secs());
        print!("{}", table::draw(scenario.headline, rows));
    }

    pub fn print_budgets(&self) {
        let budgets = self.budgets();
        if !budgets.is_empty() {
            println!("\nbudgets");
            print!("{}", table::draw_budgets(&budgets));
        }
    }

    /// Why the figures cannot be trusted, if so. A peer may fail, and a missed budget is no failure.
    pub fn failure(&self) -> Option<&'static str> {
        if self.rows.iter().any(|row| row.contestant.is_teahouse() && !row.problems.is_empty()) {
            return Some("Teahouse failed in a scenario: see the table");
        }
        // A peer that was disturbed makes Teahouse look better than it is.
        let was_disturbed = self.rows.iter().any(|row| !row.disturbances.is_empty());
        (was_disturbed && self.machine.company == Company::Unwelcome).then_some(
            "the machine was not quiet: see the table. End what else runs, or say --on-a-busy-machine if the figures \
             do not matter",
        )
    }

    pub fn json(&self) -> String {
        json::write(&self.machine, &self.rows, &self.missing, &self.budgets())
    }

    pub fn chart(&self) -> Option<String> {
        chart::draw(&self.machine, &self.rows, &self.budgets())
    }

    fn budgets(&self) -> Vec<Budget> {
        budgets::judge(&self.rows)
    }
}

/// The figure of a server in a scenario.
fn find(rows: &[Row], scenario: &str, contestant: Contestant, measure: Measure) -> Option<f64> {
    rows.iter().find(|row| row.scenario == scenario && row.contestant == contestant)?.value(measure)
}
