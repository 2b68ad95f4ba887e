//! What the settings must be together, checked when all of them are known.

use super::draft::ConfigDraft;
use super::error::{ConfigError, Contradiction, SettingSource};
use super::{Config, Scheme, WebOrigin, limit, log_filter};

/// Refuses values that cannot work together, with the place of the one to mend.
pub(super) fn check(draft: &ConfigDraft) -> Result<(), ConfigError> {
    let config = &draft.config;
    match tls(config).or_else(|| origins(config)).or_else(|| timeouts(draft)).or_else(|| texts(config)) {
        None => Ok(()),
        Some((key, problem)) => {
            Err(ConfigError::Contradiction { place: draft.place(key), key: key.to_owned(), problem })
        }
    }
}

fn tls(config: &Config) -> Option<(&'static str, Contradiction)> {
    match (&config.server.tls_cert, &config.server.tls_key) {
        (Some(_), None) => Some(("server.tls_cert", Contradiction::TlsKeyMissing)),
        (None, Some(_)) => Some(("server.tls_key", Contradiction::TlsCertMissing)),
        _ => None,
    }
}

fn origins(config: &Config) -> Option<(&'static str, Contradiction)> {
    let server = &config.server;
    if server.allowed_origins.iter().any(|origin| origin == "*") {
        return Some(("server.allowed_origins", Contradiction::AnyOrigin));
    }
    let is_host =
        |host: &str| host == "*" || WebOrigin::of_host(Scheme::Http, host).is_some_and(|origin| origin.host() == host);
    if let Some(host) = server.hosts.iter().find(|host| !is_host(host)) {
        return Some(("server.hosts", Contradiction::NotAHost { found: host.clone() }));
    }
    let named = server.public_origin.iter().map(|origin| ("server.public_origin", origin));
    let allowed = server.allowed_origins.iter().map(|origin| ("server.allowed_origins", origin));
    let plain = server.plain_origins.iter().filter(|origin| !["*", "file", "loopback"].contains(&origin.as_str()));
    let plain = plain.map(|origin| ("server.plain_origins", origin));
    named
        .chain(allowed)
        .chain(plain)
        .find(|(_, origin)| WebOrigin::parse(origin).is_none())
        .map(|(key, origin)| (key, Contradiction::NotAnOrigin { found: origin.clone() }))
}

/// Names the one of the two that somebody set.
fn timeouts(draft: &ConfigDraft) -> Option<(&'static str, Contradiction)> {
    let limits = &draft.config.limits;
    limit(limits.idle_timeout).filter(|idle| limits.heartbeat.is_zero() || *idle <= limits.heartbeat)?;
    let (idle, heartbeat) = ("limits.idle_timeout_ms", "limits.heartbeat_ms");
    let key = if draft.place(idle) == SettingSource::Default { heartbeat } else { idle };
    let problem = Contradiction::IdleBeforeHeartbeat {
        idle_ms: limits.idle_timeout.as_millis(),
        heartbeat_ms: limits.heartbeat.as_millis(),
    };
    Some((key, problem))
}

fn texts(config: &Config) -> Option<(&'static str, Contradiction)> {
    if config.rooms.lobby_title.trim().is_empty() {
        return Some(("rooms.lobby_title", Contradiction::EmptyTitle));
    }
    let fault = log_filter::check(&config.server.log_filter).err()?;
    Some(("server.log_filter", Contradiction::LogFilter(fault)))
}
