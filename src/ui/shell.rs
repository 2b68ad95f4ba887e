//! The document around the application: language, names of the built files, and the small scripts that start the page
//! and keep it handy. It is drawn in two parts: first what is the same for everybody who has no session, then the end,
//! which belongs to one reader.
//! Without `leptos_meta` and without its `HydrationScripts`: those read the names of the files anew for every page.

mod assets;
mod drawing;
mod mark;
mod reaction_form;
mod template;

use leptos::prelude::*;

pub use self::assets::Assets;
use self::drawing::Drawing;
use self::reaction_form::reaction_form;
use self::template::Positions;
pub use self::template::{Template, VisitorsDrawing};
use super::components::{ABOUT_DAY_ID, ABOUT_DETAILS_ID, NICKNAME_FORM_ID, POST_FORM_ID, REACTION_FORM_ID};
use super::i18n::{DocumentWords, Language, room_title, sign_out_words};
use super::panels::PANEL_TITLE_ID;
use super::slots::Marked;
use super::state::{Handover, ReaderPart, page_title};
use crate::model::address;
use crate::protocol::{PageData, PostId, RoomSlug, Seq};

/// The element that the live page is in. Only what is inside it matters to the page, so that an extension may add to the
/// body what it likes.
pub const APPLICATION_ID: &str = "application";

impl DocumentNotice {
    const fn words(self, words: &DocumentWords) -> &'static str {
        match self {
            Self::CookieLost => words.cookie_lost_words,
            Self::NoSuchMessage => words.no_such_message,
        }
    }
}

const DOCTYPE: &str = "<!DOCTYPE html>";
/// What stands between the number of the nodes and the application.
const APPLICATION_BEGINS: &str = "\">";
/// What the document ends with, from the end of the application on.
const END: &str = "</div></body></html>";

/// What only the document says, above the application.
#[derive(Clone, Copy, Debug)]
pub enum DocumentNotice {
    /// A form has just brought a nickname to the browser that asks for this page, and its cookie did not come back. The live
    /// page asks the browser itself, before and after.
    CookieLost,
    /// The address names a message that is not there, so that this is the room's newest page.
    NoSuchMessage,
}

/// Draws the document up to what belongs to one reader.
#[must_use]
pub fn draw_start(page: PageData, language: Language, assets: &Assets, notice: Option<DocumentNotice>) -> String {
    let marked = page.marked;
    let (start, _) = draw(handover(page, language), assets, notice, Slots::Unmarked);
    if let Some(seq) = marked { mark::mark(&start, seq) } else { start }
}

/// The same for readers without a session, on whose pages no form was refused and nothing is replied to.
///
/// # Panics
/// When the page belongs to somebody.
#[must_use]
pub fn draw_for_visitors(page: PageData, language: Language, assets: &Assets) -> VisitorsDrawing {
    let belongs_to_nobody = page.me.is_none() && page.notice.is_none() && page.reply_to.is_none();
    assert!(belongs_to_nobody, "a page that everybody gets belongs to nobody");
    let (start, positions) = draw(handover(page.clone(), language), assets, None, Slots::Marked);
    VisitorsDrawing { start, template: Template::new(page, language, positions) }
}

fn handover(page: PageData, language: Language) -> Handover {
    Handover { language, sign_out: sign_out_words(language, page.nickname_rest_hours), page }
}

/// Whether the positions of the slots are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slots {
    Marked,
    Unmarked,
}

fn draw(handover: Handover, assets: &Assets, notice: Option<DocumentNotice>, slots: Slots) -> (String, Positions) {
    // Of its own, whatever this thread did before: an owner hands contexts down.
    let owner = Owner::new_root(None);
    let language = handover.language;
    let written = handover.write_shared();
    let title = room_title(language, &handover.page.room.summary);
    let reaction_form = reaction_form(&handover.page, language);
    let shown = handover.page.marked.map(mark::show);
    let (document, Drawing { html, nodes, mut cuts }) = owner.with(|| {
        provide_context(handover);
        if slots == Slots::Marked {
            provide_context(Marked);
        }
        let drawing = Drawing::new();
        (document(&title, language, assets, notice, (shown, reaction_form), &drawing).to_html(), drawing)
    });
    owner.unset_with_forced_cleanup();
    let start = document.strip_suffix(END).expect("the document ends with the application");
    let application = DOCTYPE.len() + start.len() - html.len();
    for cut in &mut cuts {
        cut.range = application + cut.range.start..application + cut.range.end;
    }
    let digits_end = application - APPLICATION_BEGINS.len();
    let nodes_at = digits_end - nodes.to_string().len()..digits_end;
    ([DOCTYPE, start, &written].concat(), Positions { slots: cuts, nodes_at, nodes })
}

/// Draws the rest of the document: who the reader is, and a name for what each form without scripts sends, so that a form
/// that is posted twice is taken once. A message that was refused keeps its name.
#[must_use]
pub fn draw_end(reader: ReaderPart, fresh: &PostId, read_form: Option<ReadForm>) -> String {
    let refused = reader.notice.and_then(|notice| notice.post_id.as_ref());
    let field = |form: &'static str, name: &'static str, value: &dyn ToString| {
        view! { <input type="hidden" form=form name=name value=value.to_string() /> }.to_html()
    };
    let fields = match reader.me {
        Some(_) => {
            let reply_to = reader.reply_to.map(|seq| field(POST_FORM_ID, "reply_to", &seq)).unwrap_or_default();
            let post = field(POST_FORM_ID, "post_id", refused.unwrap_or(fresh));
            [post, reply_to, field(REACTION_FORM_ID, "post_id", fresh)].concat()
        }
        None => field(NICKNAME_FORM_ID, "attempt", fresh),
    };
    let read_form = read_form.map(ReadForm::draw).unwrap_or_default();
    [&reader.write(), "</div>", &fields, &read_form, "</body></html>"].concat()
}

/// The form that marks a room as read, for readers without scripts: the live page needs none.
#[derive(Clone, Debug)]
pub struct ReadForm {
    /// The room.
    pub room: RoomSlug,
    /// The newest event of the page.
    pub up_to: Seq,
    /// The reader's.
    pub language: Language,
}

impl ReadForm {
    fn draw(self) -> String {
        let words = self.language.document_words().mark_read;
        view! {
            <form class="read-form" method="post" action=address::read(&self.room)>
                <button class="button" name="seq" value=self.up_to.to_string()>{words}</button>
            </form>
        }
        .to_html()
    }
}

fn document(
    title: &str,
    language: Language,
    assets: &Assets,
    notice: Option<DocumentNotice>,
    (shown, reaction_form): (Option<impl IntoView>, impl IntoView),
    Drawing { html, nodes, .. }: &Drawing,
) -> impl IntoView {
    let words = language.words();
    let (document_words, panel_words) = (language.document_words(), language.panel_words());
    let [check, habits, start] = assets.scripts();
    view! {
        <html lang=language.tag()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#fbf9f4" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#151819" media="(prefers-color-scheme: dark)" />
                <meta name="description" content=document_words.description />
                <meta name="referrer" content="same-origin" />
                <title>{page_title(title, words.teahouse)}</title>
                <script>{check}</script>
                <script>{habits}</script>
                <link rel="stylesheet" href=assets.style.clone() />
                <noscript>
                    <link rel="stylesheet" href=address::APPEARANCE_SHEET />
                </noscript>
                <link rel="modulepreload" href=assets.script.clone() />
                <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icon-192.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <script type="module">{start}</script>
                {shown}
                {assets.reload().map(|reload| view! { <script>{reload}</script> })}
            </head>
            <body>
                <a class="skip-link" href="#messages">{document_words.skip_to_messages}</a>
                <a class="skip-link" href="#composer">{document_words.skip_to_composer}</a>
                <nav aria-label=panel_words.help>
                    <a class="skip-link" id="shortcuts" href=address::SHORTCUTS data-panel="">{panel_words.shortcuts}</a>
                </nav>
                {notice.map(|notice| view! { <p class="notice notice--bar" role="alert">{notice.words(document_words)}</p> })}
                <p class="notice notice--bar notice--unsupported" role="note">{document_words.unsupported_words}</p>
                // A button: a link here would come before those that skip to the messages, which must be the first ones.
                <div class="notice notice--bar notice--stopped" role="alert">
                    {document_words.stopped_words}
                    <form><button class="button button--quiet">{words.reload}</button></form>
                </div>
                {reaction_form}
                <span id=ABOUT_DETAILS_ID hidden>{panel_words.details}</span>
                <span id=ABOUT_DAY_ID hidden>{panel_words.day}</span>
                <dialog class="panel" id="panel" closedby="any" aria-labelledby=PANEL_TITLE_ID>
                    <form method="dialog">
                        <button class="button button--quiet button--icon" aria-label=words.close title=words.close>"×"</button>
                    </form>
                    <p class="panel__loading" role="status">{document_words.panel_loading}</p>
                    <p class="panel__failed" role="alert">
                        {document_words.panel_not_loaded} " "
                        <button class="link-button" id="panel-again">{words.try_again}</button>
                    </p>
                    <div></div>
                </dialog>
                <div id=APPLICATION_ID data-nodes=*nodes inner_html=html.clone()></div>
            </body>
        </html>
    }
}

#[cfg(test)]
mod tests;
