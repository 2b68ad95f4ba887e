//! What the command line asks for.

use std::path::PathBuf;

use super::contestant::Contestant;
use super::machine::Company;
use super::scenario::{Profile, SCENARIOS, Scenario};

pub const USAGE: &str = "\
usage: load [quick|full] [SCENARIO…] [--servers NAME,NAME…] [--json FILE] [--svg FILE] [--on-a-busy-machine]
       load list

  --on-a-busy-machine   to find faults in the benchmark while other programs run: the run does not fail for them, and
                        its reports call themselves figures of a busy machine";

/// A run that was asked for.
pub struct Arguments {
    pub profile: Profile,
    pub scenarios: Vec<&'static Scenario>,
    /// Empty: all.
    pub contestants: Vec<Contestant>,
    pub json: Option<PathBuf>,
    pub svg: Option<PathBuf>,
    pub company: Company,
}

/// What in the command line cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum Misunderstood {
    #[error("there is no scenario called {0}; `load list` names them")]
    Scenario(String),
    #[error("there is no server called {0}; `load list` names them")]
    Server(String),
    #[error("{0} needs a value")]
    NoValue(String),
}

impl Arguments {
    /// Reads the words behind the program's name.
    pub fn parse(words: impl Iterator<Item = String>) -> Result<Self, Misunderstood> {
        let mut arguments = Self {
            profile: Profile::Full,
            scenarios: Vec::new(),
            contestants: Vec::new(),
            json: None,
            svg: None,
            company: Company::Unwelcome,
        };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| Misunderstood::NoValue(word.clone()));
            match word.as_str() {
                // cargo bench says it to every benchmark.
                "--bench" => {}
                "quick" => arguments.profile = Profile::Quick,
                "full" => arguments.profile = Profile::Full,
                "--servers" => arguments.contestants = contestants(&value()?)?,
                "--json" => arguments.json = Some(value()?.into()),
                "--svg" => arguments.svg = Some(value()?.into()),
                "--on-a-busy-machine" => arguments.company = Company::Expected,
                name => arguments.scenarios.push(scenario(name)?),
            }
        }
        if arguments.scenarios.is_empty() {
            arguments.scenarios = match arguments.profile {
                Profile::Quick => SCENARIOS.iter().take(1).collect(),
                Profile::Full => SCENARIOS.iter().collect(),
            };
        }
        Ok(arguments)
    }

    pub fn wants(&self, contestant: Contestant) -> bool {
        self.contestants.is_empty() || self.contestants.contains(&contestant)
    }
}

fn scenario(name: &str) -> Result<&'static Scenario, Misunderstood> {
    let found = SCENARIOS.iter().find(|scenario| scenario.name == name);
    found.ok_or_else(|| Misunderstood::Scenario(name.to_owned()))
}

fn contestants(names: &str) -> Result<Vec<Contestant>, Misunderstood> {
    let find = |name: &str| Contestant::ALL.into_iter().find(|contestant| contestant.name() == name);
    names.split(',').map(|name| find(name).ok_or_else(|| Misunderstood::Server(name.to_owned()))).collect()
}
