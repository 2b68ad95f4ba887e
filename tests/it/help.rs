//! The panels that say the same to everybody: how messages are marked up, and the shortcuts of the keyboard.

use reqwest::Client;
use reqwest::header::ACCEPT_LANGUAGE;

use crate::support::TestServer;

async fn text(server: &TestServer, path: &str, language: &str) -> String {
    let answer = Client::new().get(server.url(path)).header(ACCEPT_LANGUAGE, language).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// Protects whoever asks for help with scripts and without: the same words in the dialog and on a page, in each language.
#[tokio::test]
async fn help_is_a_page_of_its_own_and_a_fragment_for_the_dialog() {
    let server = TestServer::start().await;
    for (path, english, chinese) in [
        ("/help/formatting", ["Formatting", "**bold**"], ["文字格式", "**粗体**"]),
        ("/help/formatting", ["/tableflip", "no idea ¯\\_(ツ)_/¯"], ["/me 倒茶", "不知道 ¯\\_(ツ)_/¯"]),
        ("/help/shortcuts", ["Keyboard shortcuts", "<kbd>Ctrl</kbd>"], ["键盘快捷键", "<kbd>Ctrl</kbd>"]),
    ] {
        for (language, words) in [("en", english), ("zh-CN", chinese)] {
            let page = text(&server, path, language).await;
            let fragment = text(&server, &format!("{path}?fragment"), language).await;
            assert!(page.starts_with("<!DOCTYPE html>") && page.contains(&fragment), "{page}");
            assert!(fragment.starts_with("<div") && fragment.contains("id=\"panel-title\""), "{fragment}");
            for word in words {
                assert!(fragment.contains(word), "{word} is missing: {fragment}");
            }
        }
    }
}

/// Protects whoever has no scripts, or a keyboard alone, from not finding the list: every page of a room leads to it.
#[tokio::test]
async fn the_page_of_a_room_leads_to_the_shortcuts() {
    let server = TestServer::start().await;
    let page = text(&server, "/", "en").await;
    assert!(page.contains("href=\"/help/shortcuts\" data-panel"), "{page}");
    let formatting = text(&server, "/help/formatting", "en").await;
    assert!(formatting.contains("href=\"/help/shortcuts\" data-panel"), "{formatting}");
}
