//! Reads the certificate chain and the private key from PEM files (RFC 7468), and names what is wrong with a file.
//! Not here: whether chain and key work together (`super::pair`).

use std::fmt;
use std::io;
use std::path::Path;

use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Labels of sections that hold a private key.
const KEY_LABELS: [&str; 3] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

/// What stands below the label of an encrypted key in the form that is older than PKCS #8 (RFC 1421 §4.6.1.1).
const OLD_CIPHER_LINE: &[u8] = b"Proc-Type: 4,ENCRYPTED";

/// What a file is expected to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemItem {
    /// A certificate chain.
    Certificate,
    /// A private key.
    Key,
}

/// What is wrong with a file. Each text says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// Missing, a folder, not permitted.
    #[error("cannot be read: {0}. Name a PEM file that the user who runs teahouse may read.")]
    Unreadable(io::Error),
    /// Nothing is in it.
    #[error("is empty. Write the {0} into it again; what wrote it was interrupted, or its disk was full.")]
    Empty(PemItem),
    /// It holds something else than PEM.
    #[error(
        "holds no PEM text, which begins with -----BEGIN. If it is DER or PKCS #12, convert it with openssl, to PEM without a passphrase."
    )]
    NotPem,
    /// PEM that breaks off or is not base64.
    #[error("is damaged: {0}. Write it again.")]
    Damaged(String),
    /// PEM, but not of what is wanted.
    #[error("holds no {wanted}, but {found}. Name the file of the {wanted}.")]
    Lacks {
        /// What was looked for.
        wanted: PemItem,
        /// The labels that stand there.
        found: String,
    },
    /// A key that only a passphrase opens.
    #[error(
        "holds an encrypted private key, and a server that starts by itself cannot be asked for the passphrase. Write it without one: openssl pkey -in FILE -out NEWFILE"
    )]
    Encrypted,
}

impl fmt::Display for PemItem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Certificate => "certificate",
            Self::Key => "private key",
        })
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file that was read, and the labels of its sections.
pub(super) struct PemFile {
    bytes: Vec<u8>,
    labels: Vec<String>,
}

impl PemFile {
    pub(super) fn read(path: &Path, wanted: PemItem) -> Result<Self, FileFault> {
        let mut bytes = std::fs::read(path).map_err(FileFault::Unreadable)?;
        // Some editors put it in front, and the first section would not be found behind it.
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        if bytes.trim_ascii().is_empty() {
            return Err(FileFault::Empty(wanted));
        }
        let text = String::from_utf8_lossy(&bytes);
        let begins = text.lines().filter_map(|line| line.trim().strip_prefix("-----BEGIN "));
        let labels: Vec<_> = begins.map(|rest| rest.trim_end_matches('-').to_owned()).collect();
        if labels.is_empty() { Err(FileFault::NotPem) } else { Ok(Self { bytes, labels }) }
    }

    /// Whether it holds a key and no certificate, or a certificate and no key.
    pub(super) fn holds_only(&self, wanted: PemItem) -> bool {
        let certificate = self.labels.iter().any(|label| label == "CERTIFICATE");
        let key = self.labels.iter().any(|label| label.ends_with("PRIVATE KEY"));
        (certificate, key) == (wanted == PemItem::Certificate, wanted == PemItem::Key)
    }

    /// All certificates, in the order of the file; at least one.
    pub(super) fn chain(&self) -> Result<Vec<CertificateDer<'static>>, FileFault> {
        let chain = CertificateDer::pem_slice_iter(&self.bytes).collect::<Result<Vec<_>, _>>().map_err(damaged)?;
        if chain.is_empty() { Err(self.lacks(PemItem::Certificate)) } else { Ok(chain) }
    }

    /// The first key.
    pub(super) fn key(&self) -> Result<PrivateKeyDer<'static>, FileFault> {
        // The older form has the label of a key that can be read, and the cipher in a line below it.
        let is_old_form = self.bytes.windows(OLD_CIPHER_LINE.len()).any(|window| window == OLD_CIPHER_LINE);
        let has_key = self.labels.iter().any(|label| KEY_LABELS.contains(&&**label));
        if is_old_form || !has_key && self.labels.iter().any(|label| label == "ENCRYPTED PRIVATE KEY") {
            return Err(FileFault::Encrypted);
        }
        PrivateKeyDer::from_pem_slice(&self.bytes).map_err(|error| match error {
            pem::Error::NoItemsFound => self.lacks(PemItem::Key),
            other => damaged(other),
        })
    }

    fn lacks(&self, wanted: PemItem) -> FileFault {
        FileFault::Lacks { wanted, found: self.labels.join(", ") }
    }
}

fn damaged(error: pem::Error) -> FileFault {
    FileFault::Damaged(match error {
        pem::Error::MissingSectionEnd { end_marker } => {
            format!("the line {} is missing", String::from_utf8_lossy(&end_marker).trim())
        }
        other => other.to_string(),
    })
}
