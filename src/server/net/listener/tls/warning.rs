//! What works here, and yet browsers refuse it, with what to do about it. Not here: how it is found out (`pair`).

use std::fmt;

use chrono::DateTime;

use crate::protocol::Timestamp;

/// What works here, and yet browsers refuse it, now or soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsWarning {
    /// The end of its time has passed.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Its time has not begun, or this machine's clock is behind.
    NotYetValid {
        /// From when on.
        from: Timestamp,
    },
    /// The end of its time is near.
    ExpiresSoon {
        /// When.
        at: Timestamp,
    },
    /// Nothing in the file leads from the server's certificate to an authority.
    IntermediateMissing {
        /// Who issued the last certificate that leads somewhere.
        issuer: String,
    },
    /// It was issued by nobody but itself.
    SelfSigned,
    /// One of its issuers may not issue certificates.
    NoAuthority {
        /// Whose name it has.
        issuer: String,
    },
    /// Its key is of a kind that browsers cannot check.
    Ed25519,
    /// It may prove something else than a server.
    NotForServers,
    /// It, or one of its issuers, is signed by a hash that is broken.
    WeakSignature {
        /// Whose certificate it is.
        subject: String,
    },
    /// It is for other names than the one that browsers ask for.
    AnotherName {
        /// The host of `server.public_origin`.
        host: String,
    },
}

impl fmt::Display for TlsWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |at: &Timestamp| {
            let moment = DateTime::from_timestamp_millis(at.unix_ms());
            moment.map(|moment| moment.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
        };
        match self {
            Self::Expired { at } => write!(
                formatter,
                "the certificate expired on {}, and browsers refuse it. Renew it, and send SIGHUP to the running server.",
                day(at)
            ),
            Self::NotYetValid { from } => write!(
                formatter,
                "the certificate is valid from {} only, and browsers refuse it until then. Set this machine's clock if it is behind.",
                day(from)
            ),
            Self::ExpiresSoon { at } => write!(
                formatter,
                "the certificate expires on {}. Renew it, and send SIGHUP to the running server.",
                day(at)
            ),
            Self::IntermediateMissing { issuer } => write!(
                formatter,
                "the chain breaks off: the certificate of \"{issuer}\" is missing or not in its place, and browsers that do not know it refuse the server. Name the full chain (fullchain.pem), each certificate followed by the one that issued it.",
            ),
            Self::SelfSigned => formatter.write_str(
                "the certificate is signed by itself, and browsers that were not told to trust it refuse it. Get one from an authority such as Let's Encrypt.",
            ),
            Self::NoAuthority { issuer } => write!(
                formatter,
                "the certificate of \"{issuer}\" in the chain may not issue others (no CA:TRUE), and browsers refuse what it issued. Get the chain from an authority.",
            ),
            Self::Ed25519 => formatter.write_str(
                "the certificate is for an Ed25519 key, which browsers do not support. Make a key and a certificate with ECDSA on P-256.",
            ),
            Self::NotForServers => formatter.write_str(
                "the certificate may not be used for a server (its extended key usage lacks serverAuth), and browsers refuse it. Get one that may.",
            ),
            Self::WeakSignature { subject } => write!(
                formatter,
                "the certificate for \"{subject}\" is signed with SHA-1 or MD5, and browsers refuse it. Get one that is signed with SHA-256 or better.",
            ),
            Self::AnotherName { host } => write!(
                formatter,
                "the certificate is not for {host}, the host of server.public_origin, and browsers refuse it. Get one that names it.",
            ),
        }
    }
}
