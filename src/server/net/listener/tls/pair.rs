//! Whether a certificate chain and a private key work together, and whether browsers will believe them.
//! Not here: the files (`pem_file`).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls::sign::{CertifiedKey, SigningKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use super::pem_file::FileFault;
use super::warning::TlsWarning;
use super::x509::Facts;
use crate::protocol::Timestamp;

/// From so long before its end on, a certificate is warned of. Whoever renews by themselves do it earlier.
const EXPIRES_SOON: Duration = Duration::from_secs(14 * 86_400);

/// The certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The chain's file.
    #[error("server.tls_cert: {path} {fault}", path = path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// The key's file.
    #[error("server.tls_key: {path} {fault}", path = path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// Each file holds what the other should.
    #[error("server.tls_cert names a private key and server.tls_key a certificate. Swap the two.")]
    Swapped,
    /// A section says that it is a certificate and is none.
    #[error("server.tls_cert: certificate {position} of the file is no X.509 certificate. Write the file again.")]
    NotACertificate {
        /// Counted from 1.
        position: usize,
    },
    /// The server's own certificate must stand first (RFC 8446 §4.4.2).
    #[error(
        "server.tls_cert: the certificates stand in the wrong order: the key is that of number {position}. Put the server's own certificate first, and behind each the one that issued it."
    )]
    WrongOrder {
        /// Counted from 1.
        position: usize,
    },
    /// The key belongs to another certificate.
    #[error(
        "server.tls_cert and server.tls_key do not belong together: the key is not that of the certificate for \"{subject}\". Name the key that this certificate was made for."
    )]
    Mismatch {
        /// Whose certificate it is.
        subject: String,
    },
    /// The key is of a kind that cannot sign here.
    #[error(
        "server.tls_key: {kind} is not supported. Make a key and a certificate with ECDSA on P-256 or P-384, or with RSA of 2048 to 4096 bits."
    )]
    UnsupportedKey {
        /// What it seems to be.
        kind: &'static str,
    },
    /// A certificate that would be taken into use by SIGHUP is not valid now.
    #[error("server.tls_cert: {0}")]
    NotNow(TlsWarning),
    /// Anything else.
    #[error("server.tls_cert and server.tls_key cannot be used: {0}. Make them anew.")]
    Other(#[from] rustls::Error),
}

/// A key with its chain, the server's own certificate first.
pub(super) struct Pair {
    pub(super) certified: CertifiedKey,
    facts: Vec<Facts>,
}

impl Pair {
    pub(super) fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        provider: &CryptoProvider,
    ) -> Result<Self, TlsError> {
        let facts = chain.iter().enumerate().map(|(index, certificate)| {
            let parsed = Facts::of(certificate).filter(|_| ParsedCertificate::try_from(certificate).is_ok());
            parsed.ok_or(TlsError::NotACertificate { position: index + 1 })
        });
        let facts = facts.collect::<Result<Vec<_>, _>>()?;
        let kind = kind_of(key.secret_der());
        let signing = provider.key_provider.load_private_key(key).map_err(|_| TlsError::UnsupportedKey { kind })?;
        let owner = chain.iter().position(|certificate| belongs_to(certificate, &signing));
        match owner {
            Some(0) => Ok(Self { certified: CertifiedKey::new(chain, signing), facts }),
            Some(index) => Err(TlsError::WrongOrder { position: index + 1 }),
            None => {
                let subject = facts.first().map(|facts| facts.subject_name.clone()).unwrap_or_default();
                Err(TlsError::Mismatch { subject })
            }
        }
    }

    /// What browsers will say about it. `host` is what they ask for, where that is known.
    pub(super) fn warnings(&self, now: Timestamp, host: Option<&str>) -> Vec<TlsWarning> {
        let mut warnings: Vec<_> = self.validity(now).into_iter().collect();
        warnings.extend(self.chain_fault());
        let own = &self.facts[0];
        if own.is_ed25519 {
            warnings.push(TlsWarning::Ed25519);
        }
        if !own.is_for_servers {
            warnings.push(TlsWarning::NotForServers);
        }
        // Nobody looks at how a root is signed.
        if let Some(weak) = self.facts.iter().find(|facts| facts.has_weak_signature && facts.issuer != facts.subject) {
            warnings.push(TlsWarning::WeakSignature { subject: weak.subject_name.clone() });
        }
        if let Some(host) = host.filter(|host| !self.names(host)) {
            warnings.push(TlsWarning::AnotherName { host: host.to_owned() });
        }
        warnings
    }

    /// Why the chain leads from the server's certificate to no authority.
    fn chain_fault(&self) -> Option<TlsWarning> {
        let mut chain: Vec<_> = self.facts.iter().collect();
        // Browsers pass over one that stands there twice.
        chain.dedup();
        if chain[0].issuer == chain[0].subject {
            return Some(TlsWarning::SelfSigned);
        }
        let leads_on = chain.windows(2).take_while(|pair| pair[0].issuer == pair[1].subject).count();
        if chain.len() == 1 || leads_on + 1 < chain.len() {
            return Some(TlsWarning::IntermediateMissing { issuer: chain[leads_on].issuer_name.clone() });
        }
        let no_authority = chain[1..].iter().find(|facts| !facts.is_authority)?;
        Some(TlsWarning::NoAuthority { issuer: no_authority.subject_name.clone() })
    }

    /// Whether it is out of its time, or soon will be.
    pub(super) fn validity(&self, now: Timestamp) -> Option<TlsWarning> {
        // A chain ends with whichever of its certificates ends first.
        let ends_at = self.facts.iter().map(|facts| facts.not_after).min()?;
        let begins_at = self.facts.iter().map(|facts| facts.not_before).max()?;
        let soon_ms = i64::try_from(EXPIRES_SOON.as_millis()).unwrap_or(i64::MAX);
        if now > ends_at {
            Some(TlsWarning::Expired { at: ends_at })
        } else if now < begins_at {
            Some(TlsWarning::NotYetValid { from: begins_at })
        } else if ends_at.unix_ms() - now.unix_ms() < soon_ms {
            Some(TlsWarning::ExpiresSoon { at: ends_at })
        } else {
            None
        }
    }

    fn names(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let Ok(name) = ServerName::try_from(bare) else { return true };
        let own = self.certified.cert.first();
        own.and_then(|own| ParsedCertificate::try_from(own).ok())
            .is_none_or(|own| verify_server_name(&own, &name).is_ok())
    }
}

fn belongs_to(certificate: &CertificateDer<'static>, key: &Arc<dyn SigningKey>) -> bool {
    CertifiedKey::new(vec![certificate.clone()], Arc::clone(key)).keys_match().is_ok()
}

/// Kinds of keys by the bytes of the object identifiers that name them, the more telling first.
const KINDS: [(&[u8], &str); 8] = [
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], "an ECDSA key on P-521"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], "an ECDSA key on secp256k1"),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01], "an ECDSA key on a Brainpool curve"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01], "an ECDSA key on this curve"),
    (&[0x2b, 0x65, 0x71], "an Ed448 key"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "a DSA key"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a], "an RSA key for PSS only"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01], "an RSA key of this size"),
];

/// For the words of an error only: that the key cannot be used is known already.
fn kind_of(key: &[u8]) -> &'static str {
    let holds = |name: &[u8]| key.windows(name.len()).any(|window| window == name);
    KINDS.iter().find(|(name, _)| holds(name)).map_or("a key of this kind or size", |(_, kind)| kind)
}
