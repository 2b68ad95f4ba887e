//! The words of the emoji picker: in a table of its own, so that they come with it and not with the page.

use crate::ui::i18n::Language;

/// In one language.
pub struct Words {
    /// What the groups are, for those who do not see them.
    pub groups: &'static str,
    /// The groups, in the order of their emojis.
    pub names: [&'static str; 9],
}

const ENGLISH: Words = Words {
    groups: "Groups of emojis",
    names: [
        "Smileys and emotion",
        "People and body",
        "Animals and nature",
        "Food and drink",
        "Travel and places",
        "Activities",
        "Objects",
        "Symbols",
        "Flags",
    ],
};

const CHINESE: Words = Words {
    groups: "表情分类",
    names: ["表情与情感", "人物与身体", "动物与自然", "食物与饮料", "旅行与地点", "活动", "物品", "符号", "旗帜"],
};

/// The words in this language.
pub const fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    }
}
