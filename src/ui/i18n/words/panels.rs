//! The words of panels.

use super::{Text, counted, number};
use crate::ui::i18n::Counted;

words! {
    /// What panels say: the server writes it, so that it does not travel with the script.
    PanelWords,
    /// English.
    PANELS_ENGLISH,
    /// Simplified Chinese.
    PANELS_CHINESE:

    // The page that edits.
    edit_title: Text = "Edit your message", "编辑你的消息";
    back_to_message: Text = "Back to the conversation", "返回对话";

    // The card of a person.
    first_wrote: Text = "First message: {day}", "第一条消息：{day}";
    here_in: Text = "Here now, in", "现在在";
    kind_guest: Text = "Guest", "访客";
    kind_program: Text = "Program", "程序";
    nobody: Text = "Nobody is known here", "没有这个人";
    nobody_words: Text =
        "Whoever this was has left without a message, or the address is not complete.",
        "对方没有留下消息就离开了，或者地址不完整。";
    not_here: Text = "Not here now", "现在不在";
    wrote: Counted = counted("{n} message", "{n} messages"), number("{n} 条消息");
    wrote_much: Counted = counted("{n} messages or more", "{n} messages or more"), number("至少 {n} 条消息");
    wrote_nothing: Text = "No messages yet", "还没有消息";

    // How messages are marked up.
    formatting: Text = "Formatting", "文字格式";
    formatting_typed: Text = "You type", "输入";
    formatting_shown: Text = "It shows", "显示";
    formatting_samples: Text =
        "**bold**\n\n*italic* or _italic_\n\n~~struck out~~\n\n||spoiler||\n\n`code`\n\n[text](https://example.org)\n\n\
         > a quote\n\n- a list\n- of two\n\n1. numbered\n2. list\n\n```rust\nlet tea = oolong();\n```\n\n\\*no marks\\*\n\n\
         /me pours the tea\n\n/shrug no idea\n\n/tableflip\n\n/unflip\n\n/lenny\n\n//shrug",
        "**粗体**\n\n*斜体* 或 _斜体_\n\n~~删除~~\n\n||剧透||\n\n`代码`\n\n[文字](https://example.org)\n\n\
         > 引用\n\n- 列表\n- 两项\n\n1. 编号\n2. 列表\n\n```rust\nlet tea = oolong();\n```\n\n\\*不是标记\\*\n\n\
         /me 倒茶\n\n/shrug 不知道\n\n/tableflip\n\n/unflip\n\n/lenny\n\n//shrug";
    formatting_keys: Text =
        "Ctrl + B, Ctrl + I and Ctrl + K (⌘ on a Mac) mark what is selected: bold, italic, a link.",
        "Ctrl + B、Ctrl + I、Ctrl + K（Mac 上用 ⌘）把选中的文字变为粗体、斜体、链接。";

    // A day of a room.
    day: Text = "Go to a day", "跳到某一天";
    day_field: Text = "Day", "日期";
    day_go: Text = "Go", "前往";
    day_none: Text = "This is no day: write it as 2026-11-22.", "这不是日期，请写成 2026-11-22 的形式。";
    day_nothing: Text = "Nobody posted on {day}.", "{day}没有人发言。";
    day_nothing_since: Text = "Nobody posted on {day} or later.", "{day}及之后没有人发言。";
    day_next: Text = "The next message is of {day}.", "下一条消息在 {day}。";
    day_utc: Text = "Days begin at midnight in UTC here.", "这里的日期按协调世界时（UTC）计算。";

    // All about a message.
    details: Text = "Message details", "消息详情";
    details_author: Text = "Author", "作者";
    details_posted: Text = "Posted", "发送时间";
    details_edited: Text = "Edited", "编辑时间";
    details_sender_time: Text = "Time of the program", "程序写的时间";
    details_source: Text = "As typed", "原文";
    details_link: Text = "Link to this message", "这条消息的链接";
    no_message: Text = "There is no such message", "没有这条消息";
    no_message_words: Text =
        "It may be in another room, or the address is not complete.",
        "它也许在别的房间，或者地址不完整。";

    // How pages look.
    theme: Text = "Colours", "颜色";
    theme_device: Text = "As the device", "跟随系统";
    theme_light: Text = "Light", "浅色";
    theme_dark: Text = "Dark", "深色";
    text_size: Text = "Text", "文字";
    text_small: Text = "Smaller", "小";
    text_normal: Text = "Normal", "标准";
    text_large: Text = "Larger", "大";

    // The shortcuts of the keyboard.
    help: Text = "Help", "帮助";
    shortcuts: Text = "Keyboard shortcuts", "键盘快捷键";
    shortcuts_anywhere: Text = "Where nothing is being written", "没有在输入时";
    shortcuts_composer: Text = "In the message field", "在输入框里";
    shortcuts_emojis: Text = "Among all emojis", "在全部表情里";
    shortcuts_mac: Text = "On a Mac, ⌘ takes the place of Ctrl.", "在 Mac 上用 ⌘ 代替 Ctrl。";
    shortcuts_message: Text = "On a message, or on something in it", "焦点在消息或其中的内容上";
    shortcut_bold: Text = "Bold", "粗体";
    shortcut_close: Text = "Close what is open above the page", "关闭页面上弹出的内容";
    shortcut_edit: Text = "Edit your newest message, while the field is empty", "输入框为空时，编辑自己最新的消息";
    shortcut_emoji: Text = "Go to the next one on that side", "移到那一边的下一个";
    shortcut_emoji_ends: Text = "Go to the first or the last one", "移到第一个或最后一个";
    shortcut_enter: Text = "Send, or start a new line: the button below the field says which", "发送或换行，由输入框下方的按钮决定";
    shortcut_italic: Text = "Italic", "斜体";
    shortcut_link: Text = "Link", "链接";
    shortcut_list: Text = "Show this list", "显示本列表";
    shortcut_new_line: Text = "Start a new line", "换行";
    shortcut_reply: Text = "Reply", "回复";
    shortcut_send: Text = "Send", "发送";
    shortcut_read: Text = "Go to the newest message and end what is marked as new", "回到最新消息，并清除“新消息”标记";
    shortcut_stop: Text = "Stop editing, or replying", "停止编辑或回复";
}
