//! The certificate of the HTTPS listener: read from PEM files, read again on SIGHUP, while connections stay open.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::ring;
use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A certificate chain with its key, and where they came from.
#[derive(Debug)]
pub struct Tls {
    certificate_path: PathBuf,
    key_path: PathBuf,
    /// What new handshakes use. Held only to clone or to swap the `Arc`.
    current: RwLock<Arc<rustls::ServerConfig>>,
}

/// The certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The chain's file is missing, unreadable or not PEM.
    #[error("server.tls_cert: cannot read a certificate from {path}: {source}. Name a PEM file with the certificate chain.", path = path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// The key's file is missing, unreadable or not PEM.
    #[error("server.tls_key: cannot read a private key from {path}: {source}. Name a PEM file with the key, readable for the user that runs teahouse.", path = path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// Each can be read, but they do not work, mostly because the key is another certificate's.
    #[error(
        "server.tls_cert and server.tls_key do not work together: {0}. Name the key that the certificate was made for."
    )]
    Pair(#[from] rustls::Error),
}

impl Tls {
    /// Reads both files.
    ///
    /// # Errors
    /// [`TlsError`] with the setting to mend.
    pub fn load(certificate_path: &Path, key_path: &Path) -> Result<Self, TlsError> {
        let current = RwLock::new(server_config(certificate_path, key_path)?);
        Ok(Self { certificate_path: certificate_path.to_owned(), key_path: key_path.to_owned(), current })
    }

    /// Reads both files again. Open connections keep the old certificate, new ones get the new one.
    ///
    /// # Errors
    /// [`TlsError`]; the old certificate then stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        let fresh = server_config(&self.certificate_path, &self.key_path)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    pub(super) fn current(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Watches SIGHUP from now on; the future, for a task of its own, reloads the certificate at each until the drain.
/// Without TLS, leave SIGHUP to the system.
///
/// # Errors
/// When the signal cannot be watched.
pub fn reload_on_hangup(
    tls: Arc<Tls>,
    drain: CancellationToken,
) -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        while let Some(Some(())) = drain.run_until_cancelled(hangup.recv()).await {
            match tls.reload() {
                Ok(()) => tracing::info!("certificate read again"),
                Err(error) => tracing::error!(%error, "certificate not read again; the old one stays in use"),
            }
        }
    })
}

/// TLS 1.2 and 1.3 with ring, named outright: a process-wide default could be somebody else's.
fn server_config(certificate_path: &Path, key_path: &Path) -> Result<Arc<rustls::ServerConfig>, TlsError> {
    let unreadable = |source| TlsError::Certificate { path: certificate_path.to_owned(), source };
    let chain = CertificateDer::pem_file_iter(certificate_path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unreadable)?;
    if chain.is_empty() {
        return Err(unreadable(pem::Error::NoItemsFound));
    }
    let key =
        PrivateKeyDer::from_pem_file(key_path).map_err(|source| TlsError::Key { path: key_path.to_owned(), source })?;
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
