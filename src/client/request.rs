//! Requests over HTTP: sent, and the whole answer read. Not here: what an answer means.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether the status says that it went well.
    pub is_ok: bool,
    /// The body.
    pub body: String,
}

/// Asks for something. None when the server was not reached.
pub fn get(address: &str) -> LocalBoxFuture<'static, Option<Answer>> {
    send(address, &RequestInit::new())
}

/// Posts a form, as the browser itself would encode it. None when the server was not reached; it may have acted.
pub fn post(address: &str, fields: &[(&str, &str)]) -> LocalBoxFuture<'static, Option<Answer>> {
    let fields: Vec<String> = fields.iter().map(|(name, value)| [name, "=", &encode(value)].concat()).collect();
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(&JsValue::from(fields.join("&")));
    if let Ok(headers) = Headers::new() {
        for (name, value) in [("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")] {
            // Both are names and values that headers may have.
            let _ = headers.set(name, value);
        }
        request.set_headers(&headers);
    }
    send(address, &request)
}

/// Boxed: one state machine for every request of the page.
fn send(address: &str, request: &RequestInit) -> LocalBoxFuture<'static, Option<Answer>> {
    let sent = web_sys::window().map(|window| window.fetch_with_str_and_init(address, request));
    async move {
        let response: Response = JsFuture::from(sent?).await.ok()?.dyn_into().ok()?;
        let body = JsFuture::from(response.text().ok()?).await.ok()?;
        Some(Answer { is_ok: response.ok(), body: body.as_string()? })
    }
    .boxed_local()
}

fn encode(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}
