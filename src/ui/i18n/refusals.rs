//! Every reason for a refusal, in words for people. Not here: the words for scripts, which are `ErrorCode::explanation`.

use super::{Language, fill};
use crate::model::text;
use crate::protocol::{ErrorCode, Refusal};

/// A longer wait is written in minutes.
const SECONDS_TOLD_MAX: u32 = 120;

/// Why something was refused and what to do, in one or two sentences.
#[must_use]
pub fn refusal(language: Language, refusal: Refusal) -> String {
    let (english, chinese) = reason(refusal.code);
    let (reason, space) = match language {
        Language::English => (english, " "),
        Language::Chinese => (chinese, ""),
    };
    match refusal.retry_after_ms {
        None => reason.to_owned(),
        Some(wait_ms) => {
            let wait_seconds = wait_ms.div_ceil(1_000).max(1);
            let words = language.words();
            let (wait, sentence) = match wait_seconds {
                ..=SECONDS_TOLD_MAX => (wait_seconds, words.wait_seconds),
                _ => (wait_seconds.div_ceil(60), words.wait_minutes),
            };
            let wait = sentence.with(wait as usize);
            format!("{reason}{space}{wait}")
        }
    }
}

/// What whoever meets a refusal in place of a page can do beyond waiting. In the server's pages only.
#[must_use]
pub const fn advice(language: Language, code: ErrorCode) -> Option<&'static str> {
    let (english, chinese) = match code {
        ErrorCode::Damaged => (
            "Tell whoever runs this server: a backup has to be restored. Other rooms may still be readable.",
            "请告诉服务器的管理者：需要恢复备份。其他房间也许还能看。",
        ),
        ErrorCode::DiskFull => (
            "Tell whoever runs this server: space has to be freed. Reading goes on.",
            "请告诉服务器的管理者：需要腾出空间。仍然可以阅读。",
        ),
        ErrorCode::Internal => (
            "If it happens again, tell whoever runs this server: its log knows more.",
            "如果再次出现，请告诉服务器的管理者，日志里有原因。",
        ),
        ErrorCode::OriginRefused | ErrorCode::HostRefused => (
            "Open it at the address that you were given. Whoever runs this server allows further addresses in its settings.",
            "请用管理者给你的网址打开。管理者可以在设置里允许其他网址。",
        ),
        _ => return None,
    };
    Some(match language {
        Language::English => english,
        Language::Chinese => chinese,
    })
}

/// What stands over the text that comes back with a form that was refused without its page.
#[must_use]
pub const fn typed_text_is_here(language: Language) -> &'static str {
    match language {
        Language::English => "This is what you typed: nothing of it was sent. Copy it, or go back and try again.",
        Language::Chinese => "这是你输入的内容，还没有发送。请复制，或返回后重试。",
    }
}

/// The same about what was typed: with the place of what has to go, and with what is left when it seems to be nothing.
#[must_use]
pub fn refusal_of(language: Language, refused: Refusal, typed: &str) -> String {
    let mut words = refusal(language, refused);
    if let (ErrorCode::ForbiddenCharacter, Some(before)) = (refused.code, text::before_override(typed)) {
        words.push_str(&fill(language.words().after_text, &[("{text}", before)]));
    }
    if refused.code == ErrorCode::EmptyMessage && !typed.trim().is_empty() {
        words.push_str(language.words().only_unseen);
    }
    words
}

/// English and Chinese. No catch-all: a new code does not compile without its words.
const fn reason(code: ErrorCode) -> (&'static str, &'static str) {
    match code {
        ErrorCode::EmptyMessage => ("Write something first.", "先写点什么吧。"),
        ErrorCode::MessageTooLong => {
            ("The message is too long: shorten it, or send it in parts.", "消息太长了，请删减或分几次发送。")
        }
        ErrorCode::ForbiddenCharacter => (
            "The message holds an invisible character that reverses text: remove it.",
            "消息里有会颠倒文字的不可见字符，请删除。",
        ),
        ErrorCode::NicknameRequired => ("Choose a nickname first.", "请先取个昵称。"),
        ErrorCode::NicknameEmpty => ("Type a nickname.", "请输入昵称。"),
        ErrorCode::NicknameTooLong => {
            ("This nickname is too long: choose a shorter one.", "昵称太长了，换个短一点的吧。")
        }
        ErrorCode::NicknameForbiddenCharacter => (
            "This nickname holds a character that cannot be seen, or a stack of accents: type it without them.",
            "昵称里有看不见的字符，或叠了太多附加符号，去掉后再试。",
        ),
        ErrorCode::NicknameTaken => {
            ("Somebody else has this nickname: choose another.", "这个昵称已经有人用了，换一个吧。")
        }
        ErrorCode::NicknameReserved => ("This nickname is reserved: choose another.", "这个昵称是保留的，换一个吧。"),
        ErrorCode::NicknameLookAlike => {
            ("This nickname looks like that of somebody else: choose another.", "这个昵称和别人的太像了，换一个吧。")
        }
        ErrorCode::NicknameResting => (
            "Somebody, perhaps you, gave this nickname back a short while ago: choose another.",
            "这个昵称刚刚有人用过（也许就是你），换一个吧。",
        ),
        ErrorCode::RoomNotFound => ("There is no such room.", "没有这个房间。"),
        ErrorCode::RoomExists => (
            "There is a room with this name already: open it, or choose another name.",
            "已经有同名的房间了，直接进去或换个名字吧。",
        ),
        ErrorCode::RoomNameInvalid => {
            ("A room needs a name of 1 to 40 letters or digits.", "房间名需要 1 到 40 个文字或数字。")
        }
        ErrorCode::RoomLookAlike => {
            ("There is a room whose name looks the same: choose another name.", "已经有看起来一样的房间名，换一个吧。")
        }
        ErrorCode::TooManyRooms => ("There are as many rooms as this server allows.", "房间数已达到上限。"),
        ErrorCode::NotJoined => ("This page is not in the room yet: try again.", "还没有进入这个房间，请重试。"),
        ErrorCode::TooManyJoins => ("Too many rooms are open at once.", "同时打开的房间太多了。"),
        ErrorCode::IdConflict => (
            "This message was sent before with another text: copy it and send it anew.",
            "这条消息的编号已被占用，请复制后重新发送。",
        ),
        ErrorCode::MessageNotFound => ("This message is not there any more.", "这条消息已经不在了。"),
        ErrorCode::NotYours => ("Only its author may change a message.", "只有作者可以更改消息。"),
        ErrorCode::TooLate => ("It is too late to change this message.", "太晚了，这条消息不能再更改。"),
        ErrorCode::MessageDeleted => ("This message is deleted.", "这条消息已删除。"),
        ErrorCode::NotDeleted => ("This message is not deleted any more.", "这条消息已不再处于删除状态。"),
        ErrorCode::ReactionInvalid => ("A reaction is one emoji.", "回应只能是一个表情。"),
        ErrorCode::TooManyReactions => {
            ("This message has enough different reactions: use one of them.", "这条消息的表情种类已满，请选现有的。")
        }
        ErrorCode::TooFast => ("That was too fast.", "太快了，歇一歇。"),
        ErrorCode::Busy => ("The server has too much to do right now.", "服务器正忙。"),
        ErrorCode::DiskFull => ("The disk of the server is full.", "服务器的磁盘已满。"),
        ErrorCode::Damaged => ("The database of the server is damaged.", "服务器的数据库已损坏。"),
        ErrorCode::ShuttingDown => ("The server is restarting.", "服务器正在重启。"),
        ErrorCode::MalformedFrame | ErrorCode::BinaryFrame | ErrorCode::HelloExpected => {
            ("The server did not understand this page: reload it.", "服务器没有看懂这个页面的请求，请刷新。")
        }
        ErrorCode::FrameTooLarge => ("That is more than the server takes at once.", "内容太大，服务器无法接收。"),
        ErrorCode::UnsupportedProtocol | ErrorCode::UnknownKind => {
            ("The server was updated: reload the page.", "服务器已更新，请刷新页面。")
        }
        ErrorCode::OriginRefused | ErrorCode::HostRefused => {
            ("This server does not take requests from this address.", "服务器不接受来自这个网址的请求。")
        }
        ErrorCode::BadRequest => {
            ("The server did not understand the request: reload the page.", "服务器没有看懂请求，请刷新页面。")
        }
        ErrorCode::NotFound => ("There is nothing at this address.", "这个网址下什么也没有。"),
        ErrorCode::TooManyConnections => ("Too many connections are open: close one.", "连接太多，请关掉一些页面。"),
        ErrorCode::Internal => ("Something went wrong in the server: try again.", "服务器出错了，请重试。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_sentence_in_both_languages() {
        for &code in ErrorCode::ALL {
            let (english, chinese) = reason(code);
            assert!(english.ends_with('.') && english.is_ascii(), "{code}: {english}");
            assert!(
                chinese.ends_with('。') && chinese.chars().any(|character| character > '\u{4e00}'),
                "{code}: {chinese}"
            );
        }
    }

    #[test]
    fn a_refused_character_is_told_with_its_place() {
        let refused = Refusal::permanent(ErrorCode::ForbiddenCharacter);
        let words = refusal_of(Language::English, refused, "pay to the account \u{202E}321");
        assert!(words.ends_with("It stands after “the account ”."), "{words}");
        let words = refusal_of(Language::Chinese, refused, "茶\u{202D}馆");
        assert!(words.ends_with("它在“茶”之后。"), "{words}");
    }

    #[test]
    fn a_message_of_which_nothing_can_be_seen_is_told_from_one_that_is_empty() {
        let refused = Refusal::permanent(ErrorCode::EmptyMessage);
        assert_eq!(refusal_of(Language::English, refused, " \n"), "Write something first.");
        let words = refusal_of(Language::English, refused, "\u{200B}\u{1b}");
        assert_eq!(words, "Write something first. It holds only characters that cannot be seen.");
    }

    #[test]
    fn a_refusal_that_passes_says_how_long_to_wait() {
        let refused = Refusal::retry_after(ErrorCode::TooFast, 1_200);
        assert_eq!(refusal(Language::English, refused), "That was too fast. Try again in 2 seconds.");
        assert_eq!(refusal(Language::Chinese, refused), "太快了，歇一歇。请 2 秒后再试。");
        for (wait_ms, words) in [(120_000, "120 seconds."), (120_001, "3 minutes."), (2_160_000, "36 minutes.")] {
            let told = refusal(Language::English, Refusal::retry_after(ErrorCode::TooFast, wait_ms));
            assert_eq!(told, ["That was too fast. Try again in ", words].concat());
        }
    }
}
