//! The page of a room with fifty messages, as fast as sixteen browsers can ask for it: without a session, compressed, and
//! each with a session of its own. Beside it, the same bytes as a file of the same server.

use std::fs;
use std::time::Duration;

use super::{BACKLOG_BYTES, Bench, WINDOW, rooms};
use crate::contestant::{Contestant, SITE_FOLDER};
use crate::fault::{Doing, Fault};
use crate::handshake;
use crate::readers::{Kind, Readers, Request};
use crate::row::{Measure, Row};
use crate::server::Server;
use crate::watch::{GENERATOR_SHARE_MAX, Watch, disturbance};

const READERS: usize = 16;
const MESSAGES: usize = 50;
const WARM_UP: Duration = Duration::from_millis(500);
/// A file that every server of this kind serves by this name.
const FILE: &str = "robots.txt";

pub fn run(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    let server = Server::start(contestant, BACKLOG_BYTES, &bench.folder)?;
    let authority = server.address.to_string();
    let cookies = talk(&server, &authority)?;
    let texts: Vec<String> = (0..MESSAGES).map(text).collect();
    let get = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\n{headers}\r\n");
    let request = |headers: &str, encoding, more: &[String]| Request {
        text: get("/", headers),
        texts: [&texts, more].concat(),
        encoding,
    };
    let nobody = "\"me\":null".to_owned();
    let everybody = |request: &dyn Fn(usize) -> Request| (0..READERS).map(request).collect::<Vec<_>>();
    let visitors = everybody(&|_| request("", None, std::slice::from_ref(&nobody)));
    measure(&server, Kind::Pages, visitors, Measure::PagesWithoutSession, &mut row)?;
    let compressed =
        everybody(&|_| request("Accept-Encoding: gzip, br\r\n", Some("br"), std::slice::from_ref(&nobody)));
    measure(&server, Kind::Pages, compressed, Measure::PagesCompressed, &mut row)?;
    let members = everybody(&|reader| {
        let own = [format!("class=\"me__name\">{}<", nickname(reader)), "\"me\":{".to_owned()];
        request(&format!("Cookie: {}\r\n", cookies[reader]), None, &own)
    });
    measure(&server, Kind::Pages, members, Measure::PagesWithSession, &mut row)?;
    write_file(&server, &get("/", ""))?;
    let files = everybody(&|_| Request { text: get(&format!("/{FILE}"), ""), texts: Vec::new(), encoding: None });
    measure(&server, Kind::File, files, Measure::SameBytesAsFile, &mut row)?;
    Ok(row)
}

fn measure(server: &Server, kind: Kind, requests: Vec<Request>, measure: Measure, row: &mut Row) -> Result<(), Fault> {
    let mut readers = Readers::connect(server.address, kind, requests)?;
    readers.read(WARM_UP)?;
    let watch = Watch::start(&server.process)?;
    let answers = readers.read(WINDOW)?;
    let share = watch.own_time()?.as_secs_f64() / watch.elapsed().as_secs_f64();
    row.generator_share = row.generator_share.max(share);
    let part = measure.title();
    row.disturbances.extend(disturbance(watch.others_share(&server.process)?).map(|what| format!("{part}: {what}")));
    if share > GENERATOR_SHARE_MAX {
        row.remarks.push(format!("{part}: at least, since the generator was saturated"));
    }
    row.add(measure, answers as f64 / WINDOW.as_secs_f64());
    Ok(())
}

/// Every reader has a nickname, and they take turns in speaking. Returns their cookies.
fn talk(server: &Server, authority: &str) -> Result<Vec<String>, Fault> {
    let mut stream = rooms::connect(server)?;
    let mut cookies = Vec::new();
    for reader in 0..READERS {
        let cookie = rooms::ask(&mut stream, &handshake::nickname_request(authority, &nickname(reader)))?;
        cookies.push(cookie.ok_or_else(|| Fault::Refused("a nickname without a cookie".to_owned()))?);
    }
    for number in 0..MESSAGES {
        let cookie = &cookies[number % READERS];
        rooms::ask(&mut stream, &handshake::message_request(authority, cookie, number, &text(number)))?;
    }
    Ok(cookies)
}

fn nickname(reader: usize) -> String {
    // Letters, since a name that looks like another one is refused.
    format!("reader{}", char::from(b'a' + u8::try_from(reader).unwrap_or_default()))
}

fn text(number: usize) -> String {
    format!("Message-{number}-of-an-ordinary-conversation-about-tea.")
}

/// Saves the page as a file that the server serves.
fn write_file(server: &Server, request: &str) -> Result<(), Fault> {
    let mut stream = rooms::connect(server)?;
    let answer = rooms::whole_answer(&mut stream, request)?;
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(&answer[..], |at| &answer[at + 4..]);
    let folder = server.folder.join(SITE_FOLDER);
    fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(FILE), body)).doing("saving the page as a file")
}
