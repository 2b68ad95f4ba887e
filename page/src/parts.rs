//! How the page gets its parts. With the feature `split`, each is a file of its own, which the browser fetches on first use;
//! `cargo leptos build --split` makes the files. Without it they are in the WebAssembly of the page from the beginning.

use teahouse::ui::parts::{Parts, ShowEmojiPicker};

#[cfg(feature = "split")]
mod loader;

/// All of them.
pub const PARTS: Parts = Parts { emoji_picker: || Box::pin(files::emoji_picker()) };

fn emoji_picker() -> ShowEmojiPicker {
    teahouse::ui::parts::show_emoji_picker
}

#[cfg(feature = "split")]
mod files {
    use teahouse::ui::parts::{NotLoaded, ShowEmojiPicker};
    use wasm_split_helpers::wasm_split;

    /// Whatever is named in here, and nowhere else, goes into the file of the part.
    #[wasm_split(emoji_picker, wasm_split_path = crate::parts::loader, fallible)]
    pub fn emoji_picker() -> Result<ShowEmojiPicker, NotLoaded> {
        Ok(super::emoji_picker())
    }
}

#[cfg(not(feature = "split"))]
mod files {
    use teahouse::ui::parts::{NotLoaded, ShowEmojiPicker};

    #[expect(clippy::unused_async, reason = "as it is with files")]
    pub async fn emoji_picker() -> Result<ShowEmojiPicker, NotLoaded> {
        Ok(super::emoji_picker())
    }
}
