//! Every connection is an open file, and a server that has none left accepts nobody: clients hang in the system's queue.
//! So it never accepts more connections than it may have files, and those beyond are refused with words.

use std::fmt;

use crate::server::config::Config;

use super::system;

/// Files beside the connections: the database with its readers, logs, listener, the files of the page, and those who are
/// being refused.
const RESERVE: u64 = 256;

/// Fewer files than connections were set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    files: u64,
    connections: usize,
}

/// The settings, with no more connections than this process may open files for. Warns when that is less than was set.
pub(super) fn fit(config: Config) -> Config {
    match system::raise_open_files() {
        Ok(files) => {
            if let Some(shortage) = shortage_of(files, &config) {
                tracing::warn!("{shortage}");
            }
            fit_to(files, config)
        }
        Err(error) => {
            tracing::warn!(%error, "the system does not tell how many files may be open");
            config
        }
    }
}

/// What a process that is started like this one lacks. Raises the limit of this one, as a start does.
pub(super) fn shortage(config: &Config) -> Option<Shortage> {
    system::raise_open_files().ok().and_then(|files| shortage_of(files, config))
}

fn shortage_of(files: u64, config: &Config) -> Option<Shortage> {
    let connections = config.limits.connections;
    (connections > connections_with(files)).then_some(Shortage { files, connections })
}

/// As many connections as so many files allow. A process that may open hardly any still serves somebody.
fn connections_with(files: u64) -> usize {
    usize::try_from(files.saturating_sub(RESERVE).max(files / 2)).unwrap_or(usize::MAX)
}

fn fit_to(files: u64, mut config: Config) -> Config {
    let most = connections_with(files);
    let connections = config.limits.connections;
    if connections == 0 || most < connections {
        config.limits.connections = most;
        let per_address = &mut config.limits.connections_per_address;
        // What one address may hold was set for more connections than there are now.
        *per_address = (*per_address).min((most / 4).max(1));
    }
    config
}

impl fmt::Display for Shortage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, connections } = *self;
        let (most, needed) = (connections_with(files), connections as u64 + RESERVE);
        write!(
            formatter,
            "this process may open {files} files, so it accepts {most} connections at most, and not the {connections} of \
             limits.connections. Let it open {needed} (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of containers), \
             or lower limits.connections"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(connections: usize, files: u64) -> usize {
        let mut config = Config::default();
        config.limits.connections = connections;
        fit_to(files, config).limits.connections
    }

    #[test]
    fn with_few_files_one_address_still_leaves_room_for_others() {
        let few = fit_to(512, Config::default()).limits;
        assert_eq!((few.connections, few.connections_per_address), (256, 64));
        assert_eq!(fit_to(1_048_576, Config::default()).limits.connections_per_address, 200);
    }

    #[test]
    fn there_are_never_more_connections_than_files_for_them() {
        assert_eq!(fitted(20_000, 1_048_576), 20_000);
        assert_eq!(fitted(20_000, 1_024), 768);
        assert_eq!(fitted(100, 1_024), 100);
        assert_eq!(fitted(0, 1_024), 768, "no limit is still one of the system");
        assert_eq!(fitted(20_000, 64), 32);
        assert_eq!(fitted(0, u64::MAX), usize::MAX - RESERVE as usize);
    }
}
