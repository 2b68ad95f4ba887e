//! The tables of all strings: English and Chinese side by side. Not here: refusals, which have a table of their own, and
//! panels (`panels`).

use super::Counted;

/// Declares a struct of strings and its two tables at once, so that a missing translation does not compile.
macro_rules! words {
    (
        $(#[$of_words:meta])* $words:ident, $(#[$of_english:meta])* $english_table:ident,
        $(#[$of_chinese:meta])* $chinese_table:ident:
        $($name:ident: $kind:ty = $english:expr, $chinese:expr;)*
    ) => {
        $(#[$of_words])*
        #[expect(missing_docs, reason = "the strings themselves say what they are")]
        pub struct $words {
            $(pub $name: $kind,)*
        }

        $(#[$of_english])*
        pub static $english_table: $words = $words { $($name: $english,)* };

        $(#[$of_chinese])*
        pub static $chinese_table: $words = $words { $($name: $chinese,)* };
    };
}

mod search;

pub use search::{SEARCH_CHINESE, SEARCH_ENGLISH, SearchWords};

type Text = &'static str;

const fn counted(one: Text, other: Text) -> Counted {
    Counted { one, other }
}

/// Chinese has one form for every number.
const fn number(every: Text) -> Counted {
    Counted { one: every, other: every }
}

pub mod panels;

words! {
    /// Every string of the live page. A `{place}` is filled by [`super::fill`], a number by [`Counted::with`].
    Words,
    /// English.
    ENGLISH,
    /// Simplified Chinese, with a space between Chinese and Latin letters or digits.
    CHINESE:

    // The house and its landmarks.
    teahouse: Text = "Teahouse", "茶馆";
    rooms: Text = "Rooms", "房间";
    people: Text = "People", "在座";
    people_list: Text = "People here", "在座的人";
    messages: Text = "Messages", "消息";
    close: Text = "Close", "关闭";
    search: Text = "Search", "搜索";

    // The connection.
    connecting: Text = "Connecting…", "正在连接…";
    live: Text = "Live", "已连接";
    caught_up: Counted = counted("Caught up: {n} new message", "Caught up: {n} new messages"), number("已补齐 {n} 条新消息");
    offline_since: Text = "Offline since {time}", "{time} 起离线";
    reconnecting: Text = "Reconnecting…", "正在重新连接…";
    blocked: Text = "No live updates", "无法实时更新";
    ended: Text = "Disconnected", "已断开";
    blocked_words: Text =
        "Live updates do not get through: something between you and this server blocks WebSocket. You can still read and send.",
        "实时更新连不上：你和服务器之间的网络拦截了 WebSocket。仍然可以阅读和发送消息。";
    ended_replaced: Text = "This conversation was opened again elsewhere.", "这个页面已在别处重新打开。";
    ended_outdated: Text = "The server was updated: reload the page.", "服务器已更新，请刷新页面。";
    reload: Text = "Reload", "刷新";
    newer: Text = "Something newer: reload the page.", "有新内容，请刷新页面。";

    // Rooms.
    between_names: Text = ", ", "、";
    between_last_names: Text = " and ", "、";
    between_sentences: Text = ", ", "，";
    online: Counted = counted("{n} person here", "{n} people here"), number("{n} 人在座");
    new_room: Text = "New room", "新房间";
    room_name: Text = "Room name", "房间名";
    create_room: Text = "Create room", "创建房间";
    lobby: Text = "Lobby", "大厅";
    appearance: Text = "Appearance", "外观";
    unread: Counted = counted("{n} unread message", "{n} unread messages"), number("{n} 条未读消息");
    unsent_waiting: Text = "A message waits to be sent", "有消息等待发送";
    unsent_stuck: Text = "A message was not sent", "有消息没有发出";

    // People.
    you: Text = "you", "你";
    plain_mark: Text = "plain socket guest", "开放接口访客";
    nobody_here: Text = "Nobody is here yet.", "还没有人在座。";
    more_people: Counted = counted("and {n} more", "and {n} more"), number("还有 {n} 人");
    typing_one: Text = "{a} is typing…", "{a} 正在输入…";
    typing_two: Text = "{a} and {b} are typing…", "{a} 和 {b} 正在输入…";
    typing_many: Counted = counted("{n} person is typing…", "{n} people are typing…"), number("{n} 人正在输入…");

    // The timeline.
    today: Text = "Today", "今天";
    yesterday: Text = "Yesterday", "昨天";
    new_since: Text = "New", "新消息";
    joined: Text = "{names} joined", "{names}进来了";
    left: Text = "{names} left", "{names}离开了";
    and_others: Counted = counted("and {n} other", "and {n} others"), number("等 {n} 人");
    room_created: Text = "{name} opened this room", "{name} 开了这个房间";
    room_opened: Text = "This room was opened", "房间开张了";
    room_begins: Text = "This is where the conversation begins.", "对话从这里开始。";
    empty_room: Text = "Nothing has been said here yet. Say the first word.", "还没有人说话，来开个头吧。";
    loading_room: Text = "Loading the conversation…", "正在载入对话…";
    not_held: Text = "This conversation comes when the connection is back.", "连上后会显示这里的对话。";
    older: Text = "Older messages", "更早的消息";
    newer_messages: Text = "Newer messages", "较新的消息";
    newest: Text = "Newest messages", "最新的消息";
    loading_older: Text = "Loading older messages…", "正在载入更早的消息…";
    reading_older: Text = "You are reading older messages.", "你正在看以前的消息。";
    hole: Text = "Some messages are missing here.", "这里缺了一些消息。";
    load_hole: Text = "Load them", "载入";
    history_failed: Text = "The messages could not be loaded.", "消息载入失败。";
    try_again: Text = "Try again", "重试";
    jump_to_newest: Text = "Jump to newest", "回到最新";
    jump_to_new: Counted = counted("Jump to newest ({n})", "Jump to newest ({n})"), number("回到最新（{n}）");
    show_all: Text = "Show all", "展开全文";
    show_less: Text = "Show less", "收起";
    said: Text = "{name}: {text}", "{name}：{text}";
    new_messages: Counted = counted("{n} new message", "{n} new messages"), number("{n} 条新消息");

    // Reactions.
    react: Text = "Add a reaction", "添加回应";
    react_or_change: Text = "React, edit or delete", "回应、编辑或删除";
    reaction_of_others: Counted =
        counted("{emoji} {n} person: {names}; press to add yours", "{emoji} {n} people: {names}; press to add yours"),
        number("{emoji} {n} 人：{names}；点击加上你的");
    reaction_own: Counted =
        counted(
            "{emoji} {n} person: {names}; press to take yours back",
            "{emoji} {n} people: {names}; press to take yours back",
        ),
        number("{emoji} {n} 人：{names}；点击收回你的");
    editing: Text = "You are editing your message.", "正在编辑你的消息。";
    editing_outdated: Text = "Your message was changed elsewhere meanwhile. Saving replaces that text.", "这条消息刚才在别处改过。保存会覆盖那里的文字。";
    cancel: Text = "Cancel", "取消";
    delete_empty: Text = "The message is empty. Delete it?", "消息是空的。要删除它吗？";
    deleted_own: Text = "Your message was deleted.", "你的消息已删除。";
    undo: Text = "Undo", "撤销";
    edited: Text = "edited", "已编辑";
    deleted: Text = "This message was deleted.", "这条消息已删除。";
    not_changed: Text = "The message was not changed: {reason}", "消息没有更改：{reason}";
    not_reacted: Text = "The reaction was not sent: {reason}", "回应没有发出：{reason}";

    // Replies.
    reply: Text = "Reply", "回复";
    replying_to: Text = "Replying to ", "回复 ";
    in_reply_to: Text = "In reply to ", "回复 ";
    earlier_message: Text = "an earlier message", "更早的一条消息";
    cancel_reply: Text = "Do not reply", "取消回复";

    // What becomes of a message.
    waiting: Text = "Will be sent when the connection is back", "连上后自动发送";
    waiting_until: Text = "{reason} Will be sent at {time}.", "{reason}将在 {time} 发送。";
    spoiler: Text = "Spoiler", "剧透";
    sending: Text = "Sending…", "正在发送…";
    sent: Text = "Sent", "已发送";
    not_sent: Text = "Not sent: {reason}", "未发送：{reason}";
    stale: Text = "It waited for more than a day, or was written under another nickname.", "已等待超过一天，或写于另一个昵称下。";
    retry: Text = "Retry", "重试";
    copy: Text = "Copy", "复制";
    discard: Text = "Discard", "丢弃";

    // The composer.
    message_field: Text = "Message", "消息";
    message_placeholder: Text = "Say something…", "说点什么…";
    send: Text = "Send", "发送";
    formatting_help: Text = "Formatting", "文字格式";
    keys_send: Text = "Enter sends", "Enter 发送";
    keys_send_line: Text = ", Shift + Enter starts a new line", "，Shift + Enter 换行";
    keys_line: Text = "Enter starts a new line", "Enter 换行";
    keys_line_send: Text = ", Ctrl + Enter sends", "，Ctrl + Enter 发送";
    graphemes_left: Counted = counted("{n} character left", "{n} characters left"), number("还可输入 {n} 字");
    graphemes_over: Counted = counted("{n} character too many", "{n} characters too many"), number("超出 {n} 字");

    // The nickname.
    join_title: Text = "Choose a nickname to join in", "取个昵称，一起聊";
    nickname: Text = "Nickname", "昵称";
    join: Text = "Join", "入座";
    change_nickname: Text = "Change nickname", "改昵称";
    save: Text = "Save", "保存";
    sign_out: Text = "Sign out", "退出";
    sign_out_drops: Counted = counted("{n} message has not been sent yet. Sign out and drop it?", "{n} messages have not been sent yet. Sign out and drop them?"), number("还有 {n} 条消息没有发出。要退出并丢弃吗？");
    cookies_blocked: Text =
        "A nickname needs a cookie, and this browser blocks cookies: allow them for this site, then try again.",
        "昵称需要 Cookie，而浏览器拦截了它：请允许本站使用 Cookie 后重试。";
    cookie_lost: Text =
        "The server does not know this browser by a nickname any more: the session ended, or its cookie was blocked. \
         Choose a nickname; if this happens again, allow cookies for this site.",
        "服务器已认不出这个浏览器：登录状态已失效，或 Cookie 被拦截。请重新取个昵称；若再次出现，请允许本站使用 Cookie。";
    named_elsewhere: Text =
        "You are here as {name} now: that nickname was chosen in another tab.",
        "你现在叫{name}：这个昵称是在另一个标签页里取的。";
    no_connection: Text = "The server does not answer: check the connection and try again.", "连不上服务器，请检查网络后重试。";
    after_text: Text = " It stands after “{text}”.", "它在“{text}”之后。";
    only_unseen: Text = " It holds only characters that cannot be seen.", "它只有看不见的字符。";
    wait_minutes: Counted = counted("Try again in {n} minute.", "Try again in {n} minutes."), number("请 {n} 分钟后再试。");
    wait_seconds: Counted = counted("Try again in {n} second.", "Try again in {n} seconds."), number("请 {n} 秒后再试。");
}

words! {
    /// What only the server writes besides panels, around the live page or in place of it, so that it does not travel with the script.
    DocumentWords,
    /// English.
    DOCUMENT_ENGLISH,
    /// Simplified Chinese.
    DOCUMENT_CHINESE:

    skip_to_messages: Text = "Skip to the messages", "跳到消息";
    skip_to_composer: Text = "Skip to the message field", "跳到输入框";
    description: Text = "A chat room: open the link, choose a nickname, talk.", "一个聊天室：打开链接，取个昵称，开聊。";
    nothing_here: Text = "There is nothing at this address", "这个地址什么也没有";
    nothing_here_words: Text =
        "The room may have another address, or was never opened.",
        "房间也许换了地址，也许从未开过。";
    no_such_message: Text =
        "There is no such message in this room. These are its newest ones.",
        "这个房间里没有这条消息。下面是最新的消息。";
    to_the_lobby: Text = "Go to the lobby", "去大厅";
    unsupported_words: Text =
        "New messages do not appear by themselves: this browser lacks WebSocket or WebAssembly, or the script did not load. \
         Reload the page to see what is new.",
        "新消息不会自动出现：浏览器不支持 WebSocket 或 WebAssembly，或者脚本没有加载成功。请刷新页面查看。";
    mark_read: Text = "Mark as read", "标为已读";
    edit: Text = "Edit", "编辑";
    delete: Text = "Delete", "删除";
    panel_loading: Text = "Loading…", "加载中…";
    panel_not_loaded: Text = "This did not load.", "加载失败。";
    more_emojis: Text = "All emojis", "全部表情";
    part_not_loaded: Text =
        "This did not load. Try again, or reload the page: what you typed stays.",
        "加载失败。请再试一次，或刷新页面，已输入的内容不会丢失。";
    cookie_lost_words: Text =
        "The nickname needs a cookie, and this browser blocks cookies. Allow them for this site, then try again in a minute.",
        "昵称需要 Cookie，而浏览器拦截了 Cookie。请允许本站使用 Cookie，一分钟后重试。";
    sign_out_rests: Counted = counted(
        "If you have written anything, nobody can take this nickname for {n} hour then, not even you.",
        "If you have written anything, nobody can take this nickname for {n} hours then, not even you.",
    ), number("如果你发过言，之后 {n} 小时内谁都不能用这个昵称，包括你自己。");
    sign_out_frees: Text = "Others can take this nickname then.", "之后别人可以用这个昵称。";
    sign_out_unsent: Text =
        "Messages that still wait in this browser are not sent any more.",
        "这个浏览器里还没有发出的消息不会再发送。";
    stopped_words: Text =
        "This page stopped working. A browser extension may have changed it, or the program has a fault: reload the page.",
        "页面停止工作了。可能是浏览器扩展改动了页面，也可能是程序出了错，请刷新页面。";
}
