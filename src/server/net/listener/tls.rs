//! The certificate of the HTTPS listener: read from PEM files, read again on SIGHUP, while connections stay open.

mod pair;
mod pem_file;
mod warning;
mod x509;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::crypto::ring;
use rustls::sign::SingleCertAndKey;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

pub use pair::TlsError;
pub use pem_file::{FileFault, PemItem};
pub use warning::TlsWarning;

use crate::server::ground::clock;
use pair::Pair;
use pem_file::PemFile;

/// How often a certificate that runs out is warned of.
const LOOK_EVERY: Duration = Duration::from_secs(86_400);

/// A certificate chain with its key, and where they came from.
pub struct Tls {
    certificate_path: PathBuf,
    key_path: PathBuf,
    /// The host that browsers ask for, where it is known.
    host: Option<String>,
    /// What new handshakes use. Held only to clone or to swap.
    current: RwLock<Current>,
}

struct Current {
    config: Arc<rustls::ServerConfig>,
    pair: Arc<Pair>,
}

impl Tls {
    /// Reads both files. `host` is what browsers ask for, where it is known.
    ///
    /// # Errors
    /// [`TlsError`] with the setting to mend.
    pub fn load(certificate_path: &Path, key_path: &Path, host: Option<&str>) -> Result<Self, TlsError> {
        let current = RwLock::new(Current::new(read(certificate_path, key_path)?)?);
        let (certificate_path, key_path) = (certificate_path.to_owned(), key_path.to_owned());
        Ok(Self { certificate_path, key_path, host: host.map(str::to_owned), current })
    }

    /// Reads both files again. Open connections keep the old certificate, new ones get the new one.
    ///
    /// # Errors
    /// [`TlsError`], also when the new certificate is out of its time; the old one then stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        let pair = read(&self.certificate_path, &self.key_path)?;
        match pair.validity(clock::now()) {
            None | Some(TlsWarning::ExpiresSoon { .. }) => {}
            Some(warning) => return Err(TlsError::NotNow(warning)),
        }
        let fresh = Current::new(pair)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// What browsers refuse about the certificate in use, now or soon.
    #[must_use]
    pub fn warnings(&self) -> Vec<TlsWarning> {
        let pair = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).pair);
        pair.warnings(clock::now(), self.host.as_deref())
    }

    pub(super) fn current(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).config)
    }

    /// Logs the warnings once a day until the drain. Those of the start are logged by whoever starts.
    pub async fn warn_daily(&self, drain: CancellationToken) {
        self.tell_daily(drain, log).await;
    }

    async fn tell_daily(&self, drain: CancellationToken, tell: impl Fn(TlsWarning)) {
        while drain.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            self.warnings().into_iter().for_each(&tell);
        }
    }
}

fn log(warning: TlsWarning) {
    tracing::warn!("{warning}");
}

/// SIGHUP, which from now on does not end the process.
pub struct Hangup(Signal);

impl Hangup {
    /// Watches the signal from now on.
    ///
    /// # Errors
    /// When the signal cannot be watched.
    pub fn watch() -> std::io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }

    /// Reads the certificate again at each signal until the drain. For a task of its own.
    pub async fn obey(mut self, tls: Option<Arc<Tls>>, drain: CancellationToken) {
        while let Some(Some(())) = drain.run_until_cancelled(self.0.recv()).await {
            match tls.as_ref().map(|tls| tls.reload()) {
                None => {
                    tracing::info!("SIGHUP: there is no certificate to read again; settings are read at the start only")
                }
                Some(Ok(())) => {
                    tracing::info!("certificate read again");
                    tls.iter().flat_map(|tls| tls.warnings()).for_each(log);
                }
                Some(Err(error)) => tracing::error!("certificate not read again; the old one stays in use: {error}"),
            }
        }
    }
}

fn read(certificate_path: &Path, key_path: &Path) -> Result<Pair, TlsError> {
    let of_certificate = |fault| TlsError::Certificate { path: certificate_path.to_owned(), fault };
    let of_key = |fault| TlsError::Key { path: key_path.to_owned(), fault };
    let certificate = PemFile::read(certificate_path, PemItem::Certificate).map_err(of_certificate)?;
    let key = PemFile::read(key_path, PemItem::Key).map_err(of_key)?;
    if certificate.holds_only(PemItem::Key) && key.holds_only(PemItem::Certificate) {
        return Err(TlsError::Swapped);
    }
    let chain = certificate.chain().map_err(of_certificate)?;
    Pair::new(chain, key.key().map_err(of_key)?, &ring::default_provider())
}

impl Current {
    /// TLS 1.2 and 1.3 with ring, named outright: a process-wide default could be somebody else's.
    fn new(pair: Pair) -> Result<Self, TlsError> {
        let resolver = Arc::new(SingleCertAndKey::from(pair.certified.clone()));
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), pair: Arc::new(pair) })
    }
}

#[cfg(test)]
mod tests;
