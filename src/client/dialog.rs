//! The browser's own question, for what cannot be undone. Not for anything else: it stops the page until it is answered.

/// Asks a question that is answered by yes or no. A browser that shows no questions answers no.
#[must_use]
pub fn confirm(question: &str) -> bool {
    web_sys::window().is_some_and(|window| window.confirm_with_message(question).unwrap_or(false))
}
