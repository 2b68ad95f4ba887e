//! What people who host meet when something is not as it should be: it is told at the start and by `teahouse check`, and
//! not first by a browser.

use std::io;
use std::path::Path;

use chrono::{Datelike, Days, Utc};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::PATIENCE;
use crate::support::process::{self, Teahouse};

const PROGRAM: &str = env!("CARGO_BIN_EXE_teahouse");

/// Runs it to its end; returns the exit code and what it said on standard error.
async fn run(command: &mut Command) -> (Option<i32>, String) {
    let output = timeout(PATIENCE, command.output()).await.expect("it does not stop").unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// The name of a file with the content `stand-in`, as the last step of the build makes it.
const HASH: &str = "1gUYKLz7DXGza0e656CKaL";

fn compressed_wasm() -> String {
    format!("teahouse.{HASH}.wasm.br")
}

/// A folder with all that the page names, made of stand-ins.
fn site() -> TempDir {
    let folder = TempDir::new().unwrap();
    let package = folder.path().join("site/pkg");
    std::fs::create_dir_all(&package).unwrap();
    let hashes = ["js", "wasm", "css", "part.wasm"].map(|kind| format!("{kind}: {HASH}\n")).concat();
    std::fs::write(folder.path().join("hash.txt"), hashes).unwrap();
    for (stem, extension) in [("teahouse", "js"), ("teahouse", "wasm"), ("teahouse", "css"), ("part", "wasm")] {
        std::fs::write(package.join(format!("{stem}.{HASH}.{extension}")), "stand-in").unwrap();
    }
    let mut compressed = brotli::CompressorWriter::new(Vec::new(), 4_096, 1, 22);
    io::Write::write_all(&mut compressed, b"stand-in").unwrap();
    std::fs::write(package.join(compressed_wasm()), compressed.into_inner()).unwrap();
    for name in
        ["favicon.svg", "favicon-unread.svg", "robots.txt", "manifest.webmanifest", "icon-192.png", "icon-512.png"]
    {
        std::fs::write(folder.path().join("site").join(name), "stand-in").unwrap();
    }
    folder
}

/// The program as it is shipped, on these files.
fn shipped(site: &Path, data: &Path) -> Command {
    let mut command = process::command(Path::new(PROGRAM), data);
    command.env("LEPTOS_ENV", "PROD");
    // As few as any machine lets a process open files for.
    command.env("TEAHOUSE_LIMITS_CONNECTIONS", "100");
    command.env("LEPTOS_SITE_ROOT", site.join("site")).env("LEPTOS_HASH_FILE_NAME", site.join("hash.txt"));
    command
}

/// As `cargo leptos build` leaves the folder.
fn leave_unpacked(site: &Path, script: &str) {
    for (name, content) in [("teahouse.js", script), ("teahouse.wasm", "stand-in"), ("teahouse.css", "stand-in")] {
        std::fs::write(site.join("site/pkg").join(name), content).unwrap();
    }
}

/// Protects whoever builds by cargo-leptos alone: the program runs, and says which step was left out. What an older build
/// left beside the program does not count.
#[tokio::test]
async fn a_page_that_was_not_packed_is_served_and_said_to_be_so() {
    let (site, data) = (site(), TempDir::new().unwrap());
    leave_unpacked(site.path(), "stand-in");
    let (code, said) = run(shipped(site.path(), data.path()).arg("check")).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("scripts/pack") && said.contains("make build"), "{said}");
    std::fs::remove_file(site.path().join("hash.txt")).unwrap();
    assert_eq!(run(shipped(site.path(), data.path()).arg("check")).await.0, Some(0), "without any hash file");
}

/// What happened to a folder.
type Damage = fn(&Path);

/// Protects people from a page without style or life, which only they would have seen.
#[tokio::test]
async fn files_of_the_page_that_are_missing_stop_the_start_and_are_named() {
    let data = TempDir::new().unwrap();
    let whole = site();
    let (code, said) = run(shipped(whole.path(), data.path()).arg("check")).await;
    assert_eq!((code, &*said), (Some(0), ""), "nothing is wrong");
    let teahouse = Teahouse::start(&mut shipped(whole.path(), data.path())).await;
    teahouse.signal("TERM");
    teahouse.end().await;

    let cases: [(&str, Damage, &[&str]); 10] = [
        ("no hash file", |site| std::fs::remove_file(site.join("hash.txt")).unwrap(), &["hash.txt", "make build"]),
        ("cut hash file", |site| std::fs::write(site.join("hash.txt"), "js: aaa\ncss: ccc\n").unwrap(), &["\"wasm\""]),
        (
            "no folder",
            |site| std::fs::remove_dir_all(site.join("site")).unwrap(),
            &["leptos.site-root", "seen from", "make build"],
        ),
        (
            "files of another build",
            |site| std::fs::write(site.join("hash.txt"), "js: zzz\nwasm: zzz\ncss: zzz\n").unwrap(),
            &["pkg/teahouse.zzz.js", "same build"],
        ),
        (
            "no part",
            |site| std::fs::remove_file(site.join(format!("site/pkg/part.{HASH}.wasm"))).unwrap(),
            &["pkg/part.", "same build"],
        ),
        (
            "a script that was changed",
            |site| std::fs::write(site.join(format!("site/pkg/teahouse.{HASH}.js")), "stand-in, and more").unwrap(),
            &[".js is not what the build wrote", "again"],
        ),
        (
            "a compressed form whose copy was cut off",
            |site| std::fs::write(site.join("site/pkg").join(compressed_wasm()), b"\x0b").unwrap(),
            &[".wasm.br is not what the build wrote", "again"],
        ),
        (
            "an empty style",
            |site| std::fs::write(site.join(format!("site/pkg/teahouse.{HASH}.css")), "").unwrap(),
            &[".css is not what the build wrote", "again"],
        ),
        (
            "parts that were not made",
            |site| leave_unpacked(site, "import * as parts from \"./__wasm_split.______________________.js\""),
            &["pkg/teahouse.js", "--split"],
        ),
        (
            "no icon",
            |site| std::fs::remove_file(site.join("site/favicon.svg")).unwrap(),
            &["favicon.svg", "page names"],
        ),
    ];
    for (case, damage, words) in cases {
        let site = site();
        damage(site.path());
        for command in [&mut shipped(site.path(), data.path()), shipped(site.path(), data.path()).arg("check")] {
            let (code, said) = run(command).await;
            assert_eq!(code, Some(1), "{case}: {said}");
            assert!(words.iter().all(|words| said.contains(words)), "{case}: {said}");
        }
    }
}

/// Protects `cargo leptos watch`, which starts the server while files of the page are being built.
#[tokio::test]
async fn a_developers_server_starts_without_the_files_and_says_so() {
    let (site, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut command = shipped(site.path(), data.path());
    let teahouse = Teahouse::start(command.env_remove("LEPTOS_ENV").env("LEPTOS_WATCH", "true")).await;
    teahouse.signal("TERM");
    let (code, said) = teahouse.end().await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("WARN") && said.contains("hash.txt"), "{said}");
}

/// Protects whoever sets something by the environment from a server that does not listen to it.
#[tokio::test]
async fn a_misspelt_variable_stops_the_start_with_the_right_name() {
    let data = TempDir::new().unwrap();
    let (code, said) = run(process::command(Path::new(PROGRAM), data.path()).env("TEAHOUSE_ADDR", "0.0.0.0:80")).await;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("TEAHOUSE_ADDR") && said.contains("\"TEAHOUSE_SERVER_ADDR\""), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// Protects supervisors, which tell a refused start from a crash by the exit code.
#[tokio::test]
async fn the_exit_code_stays_when_nobody_reads_what_is_said() {
    let data = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (arguments, expected) in [
        (&["settings"][..], 0),
        (&["check"], 0),
        (&["--config", "no/such.toml"], 2),
        (&["serve", "--addr", &address], 1),
    ] {
        let mut command = Command::new(PROGRAM);
        process::clean(&mut command);
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        command.args(arguments).arg("--data").arg(data.path());
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        let status = timeout(PATIENCE, command.status()).await.expect("it does not stop").unwrap();
        assert_eq!(status.code(), Some(expected), "{arguments:?}");
    }
}

/// Protects whoever is connected from a terminal that closes, and from the habit of reloading every daemon.
#[tokio::test]
async fn a_hangup_without_a_certificate_is_logged_and_changes_nothing() {
    let data = TempDir::new().unwrap();
    let mut teahouse = Teahouse::start(&mut process::command(Path::new(PROGRAM), data.path())).await;
    let mut alice = teahouse.member("Alice").await;
    teahouse.signal("HUP");
    assert!(teahouse.says("SIGHUP").await.is_some(), "it ended");
    alice.say("lobby", "one", "still here").await.unwrap();
    drop(alice);
    teahouse.signal("TERM");
    let (code, said) = teahouse.end().await;
    assert_eq!(code, Some(0), "{said}");
}

/// Writes a self-signed certificate and its key that expire in so many days.
fn certificate(folder: &Path, days: u64) {
    let until = Utc::now().date_naive() + Days::new(days);
    let day = |number: u32| u8::try_from(number).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(until.year(), day(until.month()), day(until.day()));
    std::fs::write(folder.join("cert.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

fn over_tls(folder: &Path) -> Command {
    let mut command = process::command(Path::new(PROGRAM), folder);
    command.arg("--tls-cert").arg(folder.join("cert.pem")).arg("--tls-key").arg(folder.join("key.pem"));
    command
}

/// Protects a server that works from a renewal that went wrong, and its host from a certificate that runs out unseen.
#[tokio::test]
async fn a_certificate_that_runs_out_is_told_and_a_broken_one_is_not_taken() {
    let folder = TempDir::new().unwrap();
    certificate(folder.path(), 10);
    let mut teahouse = Teahouse::start(&mut over_tls(folder.path())).await;
    std::fs::write(folder.path().join("key.pem"), "").unwrap();
    teahouse.signal("HUP");
    let said = teahouse.says("not read again").await.expect("it goes on");
    assert!(said.contains("server.tls_key") && said.contains("is empty"), "{said}");
    certificate(folder.path(), 90);
    teahouse.signal("HUP");
    assert!(teahouse.says("certificate read again").await.is_some(), "it goes on");
    teahouse.signal("TERM");
    let (code, said) = teahouse.end().await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("the certificate expires on").count(), 1, "{said}");

    std::fs::write(folder.path().join("cert.pem"), "").unwrap();
    for command in [over_tls(folder.path()).arg("check"), &mut over_tls(folder.path())] {
        let (code, said) = run(command).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("server.tls_cert") && said.contains("is empty"), "{said}");
    }
}

/// Protects people behind a proxy from sharing one address and its limits without anybody knowing why.
#[tokio::test]
async fn a_check_says_when_the_proxy_in_front_is_not_trusted() {
    let (site, data) = (site(), TempDir::new().unwrap());
    let mut command = shipped(site.path(), data.path());
    let (code, said) = run(command.args(["check", "--public-origin", "https://chat.example.org"])).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warning") && said.contains("server.trusted_proxies"), "{said}");
    let (_, said) = run(command.env("TEAHOUSE_SERVER_TRUSTED_PROXIES", "127.0.0.1")).await;
    assert_eq!(said, "");
}

/// Protects people from a server that turns them away, though its settings have room for them: before it is started.
#[tokio::test]
async fn a_check_says_when_fewer_files_may_be_open_than_connections_are_set() {
    let data = TempDir::new().unwrap();
    let mut limited = Command::new("sh");
    let script = "ulimit -Sn 100 && ulimit -Hn 600 && exec \"$0\" check --data \"$1\"";
    limited.args(["-c", script, PROGRAM]).arg(data.path());
    process::clean(&mut limited);
    let (code, said) = run(&mut limited).await;
    assert_eq!(code, Some(0), "{said}");
    for words in ["warning: this process may open 600 files", "344 connections", "20256", "LimitNOFILE"] {
        assert!(said.contains(words), "{words:?} is missing in: {said}");
    }
    let (_, said) = run(limited.env("TEAHOUSE_LIMITS_CONNECTIONS", "300")).await;
    assert!(!said.contains("may open"), "{said}");
}
