//! Protects: HTTPS works with a certificate from files, which can change while the server runs.

use std::path::PathBuf;

use rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::TlsConnector;

use super::*;

struct Files {
    _folder: tempfile::TempDir,
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        Self { _folder: folder, certificate, key }
    }

    /// Writes a fresh self-signed certificate.
    fn renew(&self) -> CertificateDer<'static> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        std::fs::write(&self.certificate, made.cert.pem()).expect("written");
        std::fs::write(&self.key, made.signing_key.serialize_pem()).expect("written");
        made.cert.der().clone()
    }

    fn load(&self) -> Tls {
        Tls::load(&self.certificate, &self.key, None).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Does a handshake that trusts only this certificate, then one request.
async fn request(running: &Running, trusted: &CertificateDer<'static>, alpn: &[&[u8]]) -> io::Result<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    let name = ServerName::try_from("localhost").expect("a name");
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, connect(running).await).await?;
    stream.write_all(CLOSE).await?;
    Ok(read_to_close(&mut stream).await)
}

#[tokio::test]
async fn a_reload_changes_the_certificate_of_new_connections() {
    let files = Files::new();
    let old = files.renew();
    let tls = Arc::new(files.load());
    let tell = get(|Extension(scheme): Extension<Scheme>| async move { scheme.name() });
    let options = ListenerOptions { tls: Some(Arc::clone(&tls)), ..options() };
    let running = start(options, Router::new().route("/", tell)).await;
    assert!(request(&running, &old, &[]).await.expect("trusted").ends_with("https"));

    let new = files.renew();
    assert!(request(&running, &old, &[]).await.is_ok(), "files alone change nothing");
    tls.reload().expect("usable");
    assert!(request(&running, &new, &[]).await.is_ok());
    assert!(request(&running, &old, &[]).await.is_err());
}

/// A handshake is the dearest thing that somebody can ask for without saying a word.
#[tokio::test]
async fn handshakes_beyond_the_budget_of_their_address_are_not_begun() {
    let files = Files::new();
    let trusted = files.renew();
    for (per_minute, is_third_served) in [(1, false), (0, true)] {
        let options = options_with(|config| {
            (config.limits.tls_handshakes_per_minute, config.limits.tls_handshakes_burst) = (per_minute, 2);
        });
        let running = start(ListenerOptions { tls: Some(Arc::new(files.load())), ..options }, hello()).await;
        for _ in 0..2 {
            assert!(request(&running, &trusted, &[]).await.expect("a handshake").ends_with("hello"));
        }
        assert_eq!(request(&running, &trusted, &[]).await.is_ok(), is_third_served, "{per_minute} a minute");
    }
}

#[tokio::test]
async fn a_hangup_signal_reloads_the_certificate() {
    let files = Files::new();
    files.renew();
    let tls = Arc::new(files.load());
    let before = tls.current();
    let drain = CancellationToken::new();
    let watching = tokio::spawn(Hangup::watch().expect("watched").obey(Some(Arc::clone(&tls)), drain.clone()));
    files.renew();
    let kill = format!("kill -HUP {}", std::process::id());
    assert!(tokio::process::Command::new("sh").args(["-c", &kill]).status().await.expect("a shell").success());
    let reloaded = async {
        while Arc::ptr_eq(&before, &tls.current()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, reloaded).await.expect("the certificate is read again");
    drain.cancel();
    watching.await.expect("ends with the drain");
}

#[tokio::test]
async fn a_reload_that_fails_keeps_the_old_certificate() {
    let files = Files::new();
    let old = files.renew();
    let tls = Arc::new(files.load());
    let running = start(ListenerOptions { tls: Some(Arc::clone(&tls)), ..options() }, hello()).await;
    std::fs::write(&files.certificate, "nonsense").expect("written");
    assert!(matches!(tls.reload(), Err(TlsError::Certificate { .. })));
    assert!(request(&running, &old, &[]).await.is_ok());
}

#[tokio::test]
async fn only_http_1_1_is_negotiated() {
    let files = Files::new();
    let certificate = files.renew();
    let tls = Arc::new(files.load());
    let running = start(ListenerOptions { tls: Some(tls), ..options() }, hello()).await;
    assert!(request(&running, &certificate, &[b"h2"]).await.is_err());
    assert!(request(&running, &certificate, &[b"h2", b"http/1.1"]).await.is_ok());
}

#[tokio::test]
async fn a_handshake_that_never_comes_is_closed_after_the_timeout() {
    let files = Files::new();
    files.renew();
    let tls = Some(Arc::new(files.load()));
    let options = ListenerOptions { tls, tls_handshake_timeout: Duration::from_millis(50), ..options() };
    let running = start(options, hello()).await;
    assert_eq!(exchange(&running, b"").await, "");
}
