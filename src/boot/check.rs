//! What would otherwise show only in the browser: files of the page that are missing, a certificate that browsers refuse,
//! settings that contradict the proxy in front or what the system allows. `teahouse check` says all of it, and the start looks at the same.
//!
//! Not here: what is wrong with a setting by itself (`config`), the database beyond its folder, the address (the start says it).

use std::fmt;

use leptos::config::Env;

use super::assets;
use super::open_files::{self, Shortage};
use super::{BootError, load_certificate};
use crate::server::config::{Config, Scheme, WebOrigin};
use crate::server::log::sqlite::refuse_no_folder;
use crate::server::net::listener::TlsWarning;

/// What a look at the settings and the files found.
#[derive(Debug, Default)]
pub struct Findings {
    /// With these the server does not start.
    pub faults: Vec<BootError>,
    /// With these it does, and somebody may be surprised.
    pub warnings: Vec<Warning>,
}

/// Something that works otherwise than whoever set it up may think.
#[derive(Debug, PartialEq, Eq)]
pub enum Warning {
    /// While developing, the files of the page may be missing.
    PageIncomplete(String),
    /// The large files of the page have no compressed form beside them.
    PageUncompressed,
    /// The last step of the build was left out.
    PageNotPacked,
    /// The live reload of a developer is on.
    Development,
    /// A proxy serves HTTPS, and no setting says which addresses it may name.
    ProxyNotTrusted,
    /// Browsers refuse the certificate, now or soon.
    Certificate(TlsWarning),
    /// There may be fewer connections than were set.
    OpenFiles(Shortage),
}

/// Looks at everything, and changes nothing but how many files this process may open.
#[must_use]
pub fn check(config: &Config) -> Findings {
    let mut findings = Findings::default();
    let (faults, warning) = assets::inspect(&config.leptos);
    findings.warnings.extend(warning);
    match config.leptos.env {
        Env::PROD => findings.faults.extend(faults.into_iter().map(BootError::from)),
        Env::DEV => {
            findings.warnings.push(Warning::Development);
            findings.warnings.extend(faults.iter().map(|fault| Warning::PageIncomplete(fault.to_string())));
        }
    }
    match load_certificate(&config.server) {
        Ok(Some(tls)) => findings.warnings.extend(tls.warnings().into_iter().map(Warning::Certificate)),
        Ok(None) => findings.warnings.extend(proxy_not_trusted(config)),
        Err(error) => findings.faults.push(error.into()),
    }
    findings.faults.extend(refuse_no_folder(&config.store.data).err().map(BootError::Store));
    findings.warnings.extend(open_files::shortage(config).map(Warning::OpenFiles));
    findings
}

fn proxy_not_trusted(config: &Config) -> Option<Warning> {
    let origin = config.server.public_origin.as_deref().and_then(WebOrigin::parse)?;
    let is_behind_a_proxy = origin.scheme() == Scheme::Https;
    (is_behind_a_proxy && config.server.trusted_proxies.is_empty()).then_some(Warning::ProxyNotTrusted)
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PageIncomplete(fault) => formatter.write_str(fault),
            Self::PageUncompressed => formatter.write_str(
                "the script of the page has no compressed form (.br) beside it, so that every visitor fetches three times as much. `make build` writes it.",
            ),
            Self::PageNotPacked => formatter.write_str(
                "the files of the page have no hashes in their names and no compressed form, since the last step of the build, `scripts/pack`, was left out: browsers ask for them at every visit, and fetch three times as much. `make build` does it.",
            ),
            Self::Development => formatter.write_str(
                "leptos.env is DEV: pages listen to the live reload of a developer. Set it to PROD, unless this is your own machine.",
            ),
            Self::ProxyNotTrusted => formatter.write_str(
                "server.public_origin is https and this server speaks http, so a proxy stands in front of it, but server.trusted_proxies is empty: all people share the proxy's address and its limits. Name the proxy's address there, such as 127.0.0.1.",
            ),
            Self::Certificate(warning) => warning.fmt(formatter),
            Self::OpenFiles(shortage) => shortage.fmt(formatter),
        }
    }
}
