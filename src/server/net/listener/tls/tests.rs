//! Protects people who host from riddles: every fault of a certificate or a key is told with its mend, and what browsers
//! would refuse is told before they do.

use std::path::PathBuf;

use chrono::{Datelike as _, Days, Utc};
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

use super::*;

struct Files {
    folder: tempfile::TempDir,
}

/// A key that was never used for anything.
const ED448_KEY: &str = "-----BEGIN PRIVATE KEY-----
MEcCAQAwBQYDK2VxBDsEOfaDmZ+eAy+XOPKQtFMHiWCU3XUyi4ojEzblK1nUPRtn
Zh+fwatsSci7G84JdmXc3cQiY8q90vLG4A==
-----END PRIVATE KEY-----
";

/// Another one.
const P521_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBe+VRqP8TZIPbhrYG
+h17y8HTwnHbdATmtSJ9OWkVoNwuZ3Z1UWwKfokpeNYDcZBA1oOGFJJbTzksYSTg
iXiKiqihgYkDgYYABAGlu47sdw1ERi0FF1B+ZXcvDZAll4itDzC8ro9b1LzK+erc
B/Jl1YU/7CMb5GHmszlTreSwataV72QeVyyifZ6cjgCRRcZYoGAUd5h5g+PhwmGC
EBvMwmJPP8oS+EiT2zT0KFDHeaCYEDvkhMRzLNdwHZYdyzRk7eclmWeSLA18Jt3v
XQ==
-----END PRIVATE KEY-----
";

const ENCRYPTED_KEY: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiUT23ynjoHkAICCAAw
-----END ENCRYPTED PRIVATE KEY-----
";

const KEY_ENCRYPTED_THE_OLD_WAY: &str = "-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,26267DBF04BC987A95D5307E9FE309ED

IpnADKWvJCiUkOKfzMOdSbQKNtNSDSNz/xB9vugU0okuHsfrLkeV6E+1t0y49dPM
-----END EC PRIVATE KEY-----
";

/// A certificate for tea.example that is signed with SHA-1, as no library does any more, with its issuer behind it.
const SHA_1_CHAIN: &str = "-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIBBzAJBgcqhkjOPQQBMBMxETAPBgNVBAMMCFRlYSBSb290
MCAXDTI2MTEyNjIxMjgyMVoYDzIxMjYxMTAyMjEyODIxWjAWMRQwEgYDVQQDDAt0
ZWEuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEj/v4cV51sNAwUK
iT8RrBgTCFPMNPEM65saS1mACuZqKqxdSUmJlHxAJcikhOIzi5vVlcEyhw+Aknys
3C++bA+jWjBYMBYGA1UdEQQPMA2CC3RlYS5leGFtcGxlMB0GA1UdDgQWBBQLVD0y
RFvw67zu1tJ0iMGG7+xeyTAfBgNVHSMEGDAWgBREB+82rpFeTguJu+HRe/JBC0PP
SjAJBgcqhkjOPQQBA0kAMEYCIQCP1Zv8Z9KYAYmAnpxH7EvYpY5NnFKJc5IAodgU
6UZ9bwIhAMp98b0i2Vp94pxE3ri4PBYVLoanv++EbHPkFy0EbUyO
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUYoskmPx/0Hbc8iQQyRlxxwwyHVQwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIVGVhIFJvb3QwIBcNMjYxMTI2MjEyODIxWhgPMjEyNjExMDIy
MTI4MjFaMBMxETAPBgNVBAMMCFRlYSBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAExR7/TwjfjVWgr5H0+4GrZhenY/GZ14I6K1CnnDfxepp2I4lf/sJBO3pM
XLabTdeylpSkxQ/4hTnzAuSodXBURqNTMFEwHQYDVR0OBBYEFEQH7zaukV5OC4m7
4dF78kELQ89KMB8GA1UdIwQYMBaAFEQH7zaukV5OC4m74dF78kELQ89KMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgOJ99ujLPw2wXl/11KEHSlW4n
lZCgQCFd+cb5LG0vmRECIQD/PEMz+rH/pC2YX/o+Zim+Axy6p2UQhjax1wjFOm8M
TA==
-----END CERTIFICATE-----
";

/// Its key.
const SHA_1_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoATb9F01nM22GEkQ
Q7k1x0pw21eqkdplBEwepwmtugyhRANCAARI/7+HFedbDQMFCok/EawYEwhTzDTx
DOubGktZgArmaiqsXUlJiZR8QCXIpITiM4ub1ZXBMocPgJJ8rNwvvmwP
-----END PRIVATE KEY-----
";

impl Files {
    fn new(certificate: &str, key: &str) -> Self {
        let files = Self { folder: tempfile::tempdir().expect("a folder") };
        std::fs::write(files.path("cert.pem"), certificate).expect("written");
        std::fs::write(files.path("key.pem"), key).expect("written");
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self) -> Result<Tls, TlsError> {
        Tls::load(&self.path("cert.pem"), &self.path("key.pem"), Some("tea.example"))
    }
}

/// A certificate for a name, valid from and until so many days from today.
fn params(name: &str, days: (i64, i64)) -> CertificateParams {
    let date = |days: i64| {
        let today = Utc::now().date_naive();
        let span = Days::new(days.unsigned_abs());
        let date = if days < 0 { today - span } else { today + span };
        rcgen::date_time_ymd(
            date.year(),
            u8::try_from(date.month()).expect("1–12"),
            u8::try_from(date.day()).expect("1–31"),
        )
    };
    let mut params = CertificateParams::new([name.to_owned()]).expect("names");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (date(days.0), date(days.1));
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// The certificate of an authority, which may issue others.
fn authority(name: &str) -> CertificateParams {
    let mut params = params(name, A_YEAR);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A certificate of an authority with that of its issuer behind it, and its key, as PEM.
fn pair(days: (i64, i64)) -> (String, String) {
    issued(params("tea.example", days), &key(), authority("Tea Root"))
}

fn issued(own: CertificateParams, own_key: &KeyPair, root: CertificateParams) -> (String, String) {
    let root_key = key();
    let root_certificate = root.self_signed(&root_key).expect("a certificate").pem();
    let own = own.signed_by(own_key, &Issuer::new(root, &root_key)).expect("signed").pem();
    (own + &root_certificate, own_key.serialize_pem())
}

const A_YEAR: (i64, i64) = (-1, 365);

/// The certificates of server, intermediate and root as PEM, and the key of the server.
fn chain() -> ([String; 3], String) {
    let keys = [key(), key(), key()];
    let root = Issuer::new(authority("Tea Root"), &keys[2]);
    let intermediate = Issuer::new(authority("Tea Intermediate"), &keys[1]);
    let certificates = [
        params("tea.example", A_YEAR).signed_by(&keys[0], &intermediate).expect("signed").pem(),
        authority("Tea Intermediate").signed_by(&keys[1], &root).expect("signed").pem(),
        authority("Tea Root").self_signed(&keys[2]).expect("signed").pem(),
    ];
    (certificates, keys[0].serialize_pem())
}

#[test]
fn every_fault_of_the_files_is_named_with_the_setting_and_the_mend() {
    let (certificate, key_of_it) = pair(A_YEAR);
    let other = key().serialize_pem();
    let ([server, intermediate, _], key_of_server) = chain();
    let wrong_order = format!("{intermediate}{server}");
    let cut = &certificate[..certificate.len() - 40];
    let no_x509 = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (case, certificate, key, words) in [
        ("empty chain", "", &*key_of_it, ["server.tls_cert", "cert.pem is empty"]),
        ("empty key", &*certificate, " \n", ["server.tls_key", "key.pem is empty"]),
        ("no PEM", "\u{1}\u{2}DER", &key_of_it, ["server.tls_cert", "DER or PKCS #12"]),
        ("cut off", cut, &key_of_it, ["server.tls_cert", "is damaged"]),
        ("no certificate", no_x509, &key_of_it, ["server.tls_cert", "no X.509"]),
        ("no key", &certificate, &certificate, ["server.tls_key", "holds no private key, but CERTIFICATE"]),
        ("swapped", &key_of_it, &certificate, ["server.tls_cert names a private key", "Swap the two"]),
        ("encrypted", &certificate, ENCRYPTED_KEY, ["server.tls_key", "openssl pkey -in"]),
        ("encrypted as of old", &certificate, KEY_ENCRYPTED_THE_OLD_WAY, ["server.tls_key", "without one"]),
        ("another key", &certificate, &other, ["do not belong together", "\"tea.example\""]),
        ("wrong order", &wrong_order, &key_of_server, ["wrong order", "that of number 2"]),
        ("Ed448", &certificate, ED448_KEY, ["server.tls_key: an Ed448 key", "P-256"]),
        ("P-521", &certificate, P521_KEY, ["server.tls_key: an ECDSA key on P-521", "P-256"]),
    ] {
        let error = Files::new(certificate, key).load().err().map(|error| error.to_string()).unwrap_or_default();
        for words in words {
            assert!(error.contains(words), "{case}: {words:?} is missing in: {error}");
        }
    }
    let missing = Tls::load(Path::new("no/such.pem"), Path::new("no/such.pem"), None).err();
    let text = missing.map(|error| error.to_string()).unwrap_or_default();
    assert!(text.contains("server.tls_cert: no/such.pem cannot be read"), "{text}");
}

#[test]
fn what_browsers_refuse_is_told_before_they_do() {
    let warned = |(certificate, key): (String, String)| {
        let tls = Files::new(&certificate, &key).load().unwrap_or_else(|error| panic!("{error}"));
        tls.warnings().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let ([server, intermediate, root], key_of_server) = chain();
    let of_chain = |certificates: &[&String]| {
        warned((certificates.iter().map(|pem| pem.as_str()).collect(), key_of_server.clone()))
    };
    let own = || params("tea.example", A_YEAR);
    let self_signed = {
        let key = key();
        (own().self_signed(&key).expect("a certificate").pem(), key.serialize_pem())
    };
    let ed25519 = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    let mut for_clients = own();
    for_clients.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
    let mut for_servers = own();
    for_servers.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    for (case, warnings, words) in [
        ("in its time", warned(pair(A_YEAR)), ""),
        ("self-signed", warned(self_signed), "signed by itself"),
        ("Ed25519", warned(issued(own(), &ed25519, authority("Tea Root"))), "Ed25519"),
        ("for clients", warned(issued(for_clients, &key(), authority("Tea Root"))), "lacks serverAuth"),
        ("for servers", warned(issued(for_servers, &key(), authority("Tea Root"))), ""),
        (
            "by no authority",
            warned(issued(own(), &key(), params("Tea Root", A_YEAR))),
            "\"Tea Root\" in the chain may not",
        ),
        ("SHA-1", warned((SHA_1_CHAIN.to_owned(), SHA_1_KEY.to_owned())), "SHA-1"),
        ("twice", of_chain(&[&server, &server, &intermediate]), ""),
        ("behind a byte order mark", warned((format!("\u{feff}{server}{intermediate}"), key_of_server.clone())), ""),
        ("expired", warned(pair((-90, -1))), "expired on"),
        ("not yet valid", warned(pair((2, 90))), "valid from"),
        ("expires in ten days", warned(pair((-80, 10))), "expires on"),
        ("expires in sixteen days", warned(pair((-80, 16))), ""),
        ("whole chain", of_chain(&[&server, &intermediate]), ""),
        ("with the root", of_chain(&[&server, &intermediate, &root]), ""),
        ("no intermediate", of_chain(&[&server]), "the certificate of \"Tea Intermediate\" is missing"),
        ("root too early", of_chain(&[&server, &root]), "the certificate of \"Tea Intermediate\" is missing"),
        ("out of order", of_chain(&[&server, &root, &intermediate]), "not in its place"),
    ] {
        let expected = usize::from(!words.is_empty());
        assert_eq!(warnings.len(), expected, "{case}: {warnings:?}");
        assert!(warnings.iter().all(|warning| warning.contains(words)), "{case}: {warnings:?}");
    }
    let (certificate, key) = pair(A_YEAR);
    let files = Files::new(&certificate, &key);
    let tls = Tls::load(&files.path("cert.pem"), &files.path("key.pem"), Some("chat.example"));
    let warnings = tls.map(|tls| tls.warnings()).unwrap_or_default();
    assert_eq!(warnings, [TlsWarning::AnotherName { host: "chat.example".to_owned() }]);
}

/// Protects a server that works from a renewal that went wrong.
#[test]
fn a_reload_takes_no_certificate_that_is_out_of_its_time() {
    let (certificate, key) = pair(A_YEAR);
    let files = Files::new(&certificate, &key);
    let tls = files.load().unwrap_or_else(|error| panic!("{error}"));
    let before = tls.current();
    for days in [(-90, -1), (2, 90)] {
        let (certificate, key) = pair(days);
        std::fs::write(files.path("cert.pem"), certificate).expect("written");
        std::fs::write(files.path("key.pem"), key).expect("written");
        assert!(matches!(tls.reload(), Err(TlsError::NotNow(_))));
        assert!(Arc::ptr_eq(&before, &tls.current()));
    }
}

/// Protects whoever hosts from a certificate that runs out unseen in a process that runs for months.
#[tokio::test(start_paused = true)]
async fn a_certificate_that_runs_out_is_told_once_a_day_until_it_is_renewed() {
    let (certificate, key) = pair((-80, 10));
    let files = Files::new(&certificate, &key);
    let tls = Arc::new(files.load().unwrap_or_else(|error| panic!("{error}")));
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let drain = CancellationToken::new();
    let daily = tokio::spawn({
        let (tls, drain) = (Arc::clone(&tls), drain.clone());
        async move { tls.tell_daily(drain, |warning| tell.send(warning).expect("the test listens")).await }
    });
    let started = tokio::time::Instant::now();
    for day in 1..=3 {
        assert!(matches!(told.recv().await, Some(TlsWarning::ExpiresSoon { .. })));
        assert_eq!(started.elapsed().as_secs() / LOOK_EVERY.as_secs(), day);
    }
    let (certificate, key) = pair(A_YEAR);
    std::fs::write(files.path("cert.pem"), certificate).expect("written");
    std::fs::write(files.path("key.pem"), key).expect("written");
    tls.reload().unwrap_or_else(|error| panic!("{error}"));
    tokio::time::sleep(3 * LOOK_EVERY).await;
    assert!(told.is_empty(), "the new one was warned of");
    drain.cancel();
    daily.await.expect("it ends with the drain");
}
