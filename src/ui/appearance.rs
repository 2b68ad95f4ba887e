//! How a reader wants all pages to look: light or dark, and how large their text is. A cookie keeps it. Not here: the sheet
//! that makes it so, and the form (`boot::panels::appearance`).

/// The colours of pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Those that the device asks for.
    #[default]
    Device,
    /// Light ones.
    Light,
    /// Dark ones.
    Dark,
}

/// How large text is, beside what the browser is set to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextSize {
    /// Smaller.
    Small,
    /// As it comes.
    #[default]
    Normal,
    /// Larger.
    Large,
}

/// Both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appearance {
    /// The colours.
    pub theme: Theme,
    /// The size of text.
    pub text_size: TextSize,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Device, Self::Light, Self::Dark];

    /// The value of its field, and its part of the cookie.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

impl TextSize {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Small, Self::Normal, Self::Large];

    /// The value of its field, and its part of the cookie.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Normal => "normal",
            Self::Large => "large",
        }
    }

    /// The size of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.name() == name)
    }
}

impl Appearance {
    /// Name of the cookie. `ui/shell/appearance.js` looks for it, so that scripts may read it.
    pub const COOKIE: &str = "teahouse_appearance";

    /// What the value of a `Cookie` header remembers; what nobody chose, and what cannot be read, is as it comes.
    #[must_use]
    pub fn from_cookie(header: &str) -> Self {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.into_iter().find(|(name, _)| *name == Self::COOKIE).map_or("", |(_, value)| value);
        let (theme, text_size) = value.split_once('.').unwrap_or_default();
        Self {
            theme: Theme::named(theme).unwrap_or_default(),
            text_size: TextSize::named(text_size).unwrap_or_default(),
        }
    }

    /// The value of the cookie.
    #[must_use]
    pub fn cookie_value(self) -> String {
        [self.theme.name(), ".", self.text_size.name()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_brings_back_what_was_chosen() {
        for theme in Theme::ALL {
            for text_size in TextSize::ALL {
                let chosen = Appearance { theme, text_size };
                let header = format!("a=b; {}={}; c=d", Appearance::COOKIE, chosen.cookie_value());
                assert_eq!(Appearance::from_cookie(&header), chosen);
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_as_it_comes() {
        for header in
            ["", "teahouse_appearance", "teahouse_appearance=", "teahouse_appearance=purple.huge", "a=dark.large"]
        {
            assert_eq!(Appearance::from_cookie(header), Appearance::default(), "{header}");
        }
        let half = Appearance::from_cookie("teahouse_appearance=dark.huge");
        assert_eq!(half, Appearance { theme: Theme::Dark, ..Appearance::default() });
    }
}
