//! What a scenario prints: figures, promises kept or broken, and what was skipped. Not here: how figures come about.

use std::fmt::Display;
use std::time::Duration;

/// The report of one scenario, printed as it grows.
pub struct Report {
    scenario: &'static str,
    /// How many promises.
    broken: usize,
}

impl Report {
    pub fn start(scenario: &'static str) -> Self {
        println!("{scenario}");
        Self { scenario, broken: 0 }
    }

    /// Tells a measured value that nothing depends on.
    pub fn figure(&self, what: &str, value: impl Display) {
        println!("          {what}: {value}");
    }

    /// Tells that something cannot be tried on this machine.
    pub fn skip(&self, what: &str, reason: &str) {
        println!("  skipped {what}: {reason}");
    }

    /// Promises that a value is not larger than another.
    pub fn at_most<T: PartialOrd + Display>(&mut self, what: &str, value: T, most: T) {
        let found = if value <= most { Ok(()) } else { Err("is more".to_owned()) };
        self.promise(format!("{what}: {value}, at most {most}"), found);
    }

    /// Promises that a value is not smaller than another.
    pub fn at_least<T: PartialOrd + Display>(&mut self, what: &str, value: T, least: T) {
        let found = if value >= least { Ok(()) } else { Err("is less".to_owned()) };
        self.promise(format!("{what}: {value}, at least {least}"), found);
    }

    /// Promises something that was found to hold, or not, and why not.
    pub fn promise(&mut self, what: impl Display, found: Result<(), String>) {
        match found {
            Ok(()) => println!("  kept    {what}"),
            Err(reason) => {
                self.broken += 1;
                println!("  BROKEN  {what}: {reason}");
            }
        }
    }

    /// Says how it went; returns how many promises were broken.
    pub fn end(self, took: Duration) -> usize {
        let verdict = if self.broken == 0 { "every promise was kept" } else { "PROMISES WERE BROKEN" };
        println!("{}: {verdict} ({:.1} s)\n", self.scenario, took.as_secs_f64());
        self.broken
    }
}
