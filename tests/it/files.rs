//! The files of the page: what browsers and caches in between may keep, and for whom.

use reqwest::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, HeaderName, IF_MODIFIED_SINCE, LAST_MODIFIED, VARY,
};
use reqwest::{Client, Response};
use tempfile::TempDir;

use crate::support::TestServer;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ONE_HOUR: &str = "public, max-age=3600";

/// A server whose page has these files, and their folder.
async fn start() -> (TestServer, TempDir) {
    let site = TempDir::new().unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    for extension in ["", ".br", ".gz"] {
        let name = format!("pkg/teahouse.abc.css{extension}");
        std::fs::write(site.path().join(name), format!("stand-in for {extension}")).unwrap();
    }
    std::fs::write(site.path().join("favicon.svg"), "<svg/>".repeat(100)).unwrap();
    let root = site.path().to_str().unwrap().to_owned();
    (TestServer::start_with(|config| config.leptos.site_root = root.into()).await, site)
}

async fn get(server: &TestServer, path: &str, headers: &[(HeaderName, &str)]) -> Response {
    let request = Client::new().get(server.url(path));
    headers.iter().fold(request, |request, (name, value)| request.header(name, *value)).send().await.unwrap()
}

fn header(response: &Response, name: &HeaderName) -> String {
    let values = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap());
    values.collect::<Vec<_>>().join(" + ")
}

/// Protects people behind a cache from files in an encoding that their browser cannot read, and from a cache that forgets.
#[tokio::test]
async fn every_form_of_a_file_says_that_it_is_one_of_several_and_how_long_it_may_be_kept() {
    let (server, _site) = start().await;
    for (path, kept) in [("/pkg/teahouse.abc.css", FOR_EVER), ("/favicon.svg", ONE_HOUR)] {
        for encoding in ["br", "gzip", "identity"] {
            let whole = get(&server, path, &[(ACCEPT_ENCODING, encoding)]).await;
            let case = format!("{path} as {encoding}");
            assert_eq!(whole.status(), 200, "{case}");
            assert_eq!(header(&whole, &CONTENT_ENCODING), if encoding == "identity" { "" } else { encoding }, "{case}");
            assert_eq!(
                (&*header(&whole, &VARY), &*header(&whole, &CACHE_CONTROL)),
                ("accept-encoding", kept),
                "{case}"
            );

            let modified = header(&whole, &LAST_MODIFIED);
            let same = [(ACCEPT_ENCODING, encoding), (IF_MODIFIED_SINCE, &modified)];
            let same = get(&server, path, &same).await;
            assert_eq!(same.status(), 304, "{case}");
            assert_eq!((&*header(&same, &VARY), &*header(&same, &CACHE_CONTROL)), ("accept-encoding", kept), "{case}");
        }
    }
}

/// Protects whoever builds without the step that names the files after their content: an old script beside a new
/// WebAssembly is a page that cannot start.
#[tokio::test]
async fn a_file_that_every_build_calls_the_same_is_asked_for_at_each_use() {
    let site = TempDir::new().unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    for extension in ["js", "wasm", "css"] {
        std::fs::write(site.path().join(format!("pkg/teahouse.{extension}")), "stand-in").unwrap();
    }
    let root = site.path().to_str().unwrap().to_owned();
    let server = TestServer::start_with(|config| config.leptos.site_root = root.into()).await;
    let page = get(&server, "/", &[]).await.text().await.unwrap();
    for extension in ["js", "wasm", "css"] {
        let path = format!("/pkg/teahouse.{extension}");
        assert!(page.contains(&path), "the page names {path}");
        assert_eq!(header(&get(&server, &path, &[]).await, &CACHE_CONTROL), "no-cache", "{path}");
    }
}

/// Protects a new build from the answers of the old one: that a file is not there yet is never kept.
#[tokio::test]
async fn a_file_that_is_not_there_is_asked_for_again() {
    let (server, _site) = start().await;
    for path in ["/pkg/teahouse.new.css", "/icon-192.png"] {
        let missing = get(&server, path, &[(ACCEPT_ENCODING, "br")]).await;
        assert_eq!(missing.status(), 404, "{path}");
        assert_eq!(header(&missing, &CACHE_CONTROL), "private, no-store", "{path}");
        assert_eq!(header(&missing, &VARY), "accept-encoding", "{path}");
    }
}
