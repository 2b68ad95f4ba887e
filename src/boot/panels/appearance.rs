//! The panel that asks how pages are to look, its form, and the sheet that makes them look so.
//!
//! The pages of rooms are the same bytes for everybody, and are kept. So they do not say how they look: a sheet of its own
//! does, which is answered by the reader's cookie. Whoever has no such cookie does not ask for it: `ui/shell/appearance.js`
//! puts the link to it into the page before anything is painted, and only without scripts it is always there.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, HeaderValue, REFERER};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{PanelQuery, show};
use crate::boot::pages::{self, Site};
use crate::boot::{forms, render};
use crate::model::address;
use crate::server::app::Client;
use crate::server::config::Scheme;
use crate::server::edge::http::HttpRefusal;
use crate::server::limits::Action;
use crate::ui::appearance::{Appearance, TextSize, Theme};
use crate::ui::panels;

/// A browser remembers it for a year.
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;

/// The colours of both themes.
const TOKENS: &str = include_str!("../../../style/base/tokens.css");

/// `GET /appearance`
pub async fn appearance(
    State(site): State<Site>,
    Extension(client): Extension<Client>,
    query: Result<Query<PanelQuery>, QueryRejection>,
    request: Request,
) -> Response {
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &client.address.into()) {
        return HttpRefusal(refusal).into_response();
    }
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let headers = request.headers();
    let panel = panels::appearance(chosen(headers), pages::language(headers));
    render::with_forms(show(StatusCode::OK, panel, &site, &query, headers))
}

#[derive(Deserialize)]
struct AppearanceForm {
    theme: String,
    text_size: String,
}

/// `POST /appearance`: leads back to the page that the form was opened from.
pub async fn choose(Extension(client): Extension<Client>, request: Request) -> Response {
    let back = opened_from(request.headers()).unwrap_or_else(|| address::APPEARANCE.to_owned());
    let AppearanceForm { theme, text_size } = match forms::read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    let chosen = Appearance {
        theme: Theme::named(&theme).unwrap_or_default(),
        text_size: TextSize::named(&text_size).unwrap_or_default(),
    };
    forms::with_cookie(forms::see_other(&back), Some(cookie(chosen, client.scheme)))
}

/// `GET /appearance.css`
pub async fn sheet(headers: HeaderMap) -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], sheet_of(chosen(&headers))).into_response()
}

fn chosen(headers: &HeaderMap) -> Appearance {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    Appearance::from_cookie(&lines.collect::<Vec<_>>().join(";"))
}

/// The page that a form was posted from, as a path of this server: the guard has let in no form of another one.
fn opened_from(headers: &HeaderMap) -> Option<String> {
    let page: Uri = headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    let path = page.path_and_query()?.as_str();
    // Two slashes would begin the address of another host.
    (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
}

/// Scripts may read it: it tells them that there is a sheet to ask for. Who wants pages as they come has none.
fn cookie(chosen: Appearance, scheme: Scheme) -> HeaderValue {
    let secure = match scheme {
        Scheme::Https => "; Secure",
        Scheme::Http => "",
    };
    let seconds = if chosen == Appearance::default() { 0 } else { COOKIE_SECONDS };
    let (name, value) = (Appearance::COOKIE, chosen.cookie_value());
    HeaderValue::try_from(format!("{name}={value}; Path=/; SameSite=Lax; Max-Age={seconds}{secure}"))
        .expect("names and numbers are visible ASCII")
}

/// Twice `:root`, so that it counts for more than the sheet of the page, whichever comes first.
fn sheet_of(Appearance { theme, text_size }: Appearance) -> String {
    let colours = match theme {
        Theme::Device => String::new(),
        Theme::Light => themed("light", light_colours()),
        Theme::Dark => themed("dark", declarations(dark_block())),
    };
    let size = match text_size {
        TextSize::Small => ":root:root{font-size:87.5%}\n",
        TextSize::Normal => "",
        TextSize::Large => ":root:root{font-size:118.75%}\n",
    };
    [&colours, size].concat()
}

/// Paper is light, whatever the screen is.
fn themed(scheme: &str, colours: Vec<(&str, &str)>) -> String {
    let colours = colours.into_iter().map(|(name, value)| format!("{name}:{value};"));
    format!("@media screen{{:root:root{{color-scheme:{scheme};{}}}}}\n", colours.collect::<String>())
}

/// What stands in the dark block, and nothing else that the light one sets.
fn light_colours() -> Vec<(&'static str, &'static str)> {
    let themed = declarations(dark_block());
    let light = TOKENS.split_once(":root {").map_or("", |(_, rest)| rest);
    let mut light = declarations(light);
    light.retain(|(name, _)| themed.iter().any(|(other, _)| other == name));
    light
}

fn dark_block() -> &'static str {
    let dark = TOKENS.split_once("(prefers-color-scheme: dark)").map_or("", |(_, rest)| rest);
    dark.split_once(":root {").map_or("", |(_, rest)| rest)
}

/// The properties of a block, up to its end.
fn declarations(block: &'static str) -> Vec<(&'static str, &'static str)> {
    let block = block.split('}').next().unwrap_or_default();
    let pairs = block.split(';').filter_map(|declaration| declaration.split_once(':'));
    pairs.map(|(name, value)| (name.trim(), value.trim())).filter(|(name, _)| name.starts_with("--")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_theme_sets_the_same_colours_and_no_sizes() {
        let names =
            |theme: Vec<(&'static str, &'static str)>| theme.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let (light, dark) = (light_colours(), declarations(dark_block()));
        assert_eq!(names(light.clone()), names(dark.clone()));
        assert!(dark.len() > 15 && light.contains(&("--paper", "#fbf9f4")) && dark.contains(&("--paper", "#151819")));
    }

    #[test]
    fn a_sheet_holds_what_was_chosen() {
        let sheet = |theme, text_size| sheet_of(Appearance { theme, text_size });
        assert_eq!(sheet(Theme::Device, TextSize::Normal), "");
        assert_eq!(sheet(Theme::Device, TextSize::Large), ":root:root{font-size:118.75%}\n");
        let dark = sheet(Theme::Dark, TextSize::Normal);
        assert!(dark.starts_with("@media screen{:root:root{color-scheme:dark;--paper:#151819;"), "{dark}");
        assert!(dark.ends_with(";}}\n") && !dark.contains("--text"), "{dark}");
    }

    #[test]
    fn a_form_leads_back_to_its_own_page_only() {
        let back = |referer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REFERER, HeaderValue::from_static(referer));
            opened_from(&headers)
        };
        assert_eq!(back("http://localhost/r/tea?before=7").as_deref(), Some("/r/tea?before=7"));
        assert_eq!(back("http://localhost").as_deref(), Some("/"));
        assert_eq!(back("http://localhost//elsewhere.example/"), None);
        assert_eq!(opened_from(&HeaderMap::new()), None);
    }
}
