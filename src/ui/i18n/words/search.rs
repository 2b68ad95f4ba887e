//! The words of the search, which only the server writes.

use super::{Counted, Text, counted, number};

words! {
    /// What the panel of the search says.
    SearchWords,
    /// English.
    SEARCH_ENGLISH,
    /// Simplified Chinese.
    SEARCH_CHINESE:

    title: Text = "Search", "搜索";
    field: Text = "Search messages", "搜索消息";
    button: Text = "Find", "查找";
    found: Counted = counted("{n} message, newest first", "{n} messages, newest first"), number("{n} 条消息，最新的在前");
    found_more: Counted = counted("The newest message", "The newest {n} messages"), number("最新的 {n} 条消息");
    found_nothing: Text = "No message is like that. Try fewer or other words.", "没有找到这样的消息。试试更少或别的词。";
    older_hits: Text = "Older results", "更早的结果";
    still_indexing: Text =
        "Older messages are still being prepared for the search: look again in some minutes.",
        "较早的消息还在建立索引，请过几分钟再搜。";
    empty: Text = "Type what you look for.", "请输入要找的内容。";
    nothing_to_find: Text =
        "Add a word, a name or a room: dates and punctuation alone find nothing.",
        "请再加上一个词、一个人名或一个房间：只有日期或标点什么也找不到。";
    too_long: Text = "This is too long: use fewer words.", "内容太长，请少用几个词。";
    no_value: Text = "Something is missing behind “{typed}:”, without a space.", "“{typed}:” 后面缺少内容，中间不要空格。";
    no_day: Text = "“{typed}” is no day. Write it like 2026-11-01.", "“{typed}” 不是日期。请写成 2026-11-01。";
    no_filter: Text = "Messages cannot be looked for by “{typed}”. What works is below.", "不能按 “{typed}” 查找。可用的写法见下方。";
    no_room: Text = "There is no room “{typed}”.", "没有叫 “{typed}” 的房间。";
    how: Text = "What you can type", "可以怎么写";
    how_typed: Text = "You type", "输入";
    how_found: Text = "It finds messages", "找到的消息";
    how_samples: Text =
        "tea\twith a word that begins so\n\"green tea\"\twith exactly these words\nfrom:Ann\tthat Ann posted; from:\"Ann Li\" for a name with spaces\nin:lobby\tof this room\nafter:2026-11-01\tfrom this day on (UTC)\nbefore:2026-11-01\tof the days before (UTC)\nhas:link\twith a link",
        "茶馆\t含有这些字\n\"green tea\"\t含有完全相同的词\nfrom:小雨\t由小雨发出；名字里有空格时写成 from:\"Ann Li\"\nin:大厅\t在这个房间里\nafter:2026-11-01\t这一天及以后（UTC）\nbefore:2026-11-01\t这一天以前（UTC）\nhas:link\t含有链接";
}
