//! Many small rooms: every line goes to twenty people, and every line to others.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::fanout::highest_rate;
use super::steady::steady;
use super::{BACKLOG_BYTES, Bench, Stage, listener};
use crate::contestant::Contestant;
use crate::dialect::RoomNumber;
use crate::fault::{Doing, Fault};
use crate::handshake;
use crate::row::Row;
use crate::server::Server;

const ROOMS: usize = 1_000;
const PEOPLE_PER_ROOM: usize = 20;
const STEADY_LINES_PER_SECOND: f64 = 1_000.0;
const FIRST_LINES_PER_SECOND: f64 = 2_000.0;
const FACTOR: f64 = 4.0;
/// A server may tell everybody every few seconds who came into which room. That is over before the clock runs.
const LIST_QUIET: Duration = Duration::from_secs(3);
const LIST_PATIENCE: Duration = Duration::from_secs(60);

pub fn run(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    bench.check_sockets(PEOPLE_PER_ROOM)?;
    let rooms = ROOMS.min(bench.seats_max() / PEOPLE_PER_ROOM);
    row.remarks.push(format!("{rooms} rooms"));
    let server = Server::start(contestant, BACKLOG_BYTES, &bench.folder)?;
    if contestant.is_teahouse() {
        create_rooms(&server, rooms)?;
    }
    let mut stage = Stage::new(server, contestant.dialect())?;
    // Room after room, so that a server that tells everybody which rooms changed has few to tell while people come in.
    let seats = (0..rooms * PEOPLE_PER_ROOM).map(|seat| listener(RoomNumber(1 + seat / PEOPLE_PER_ROOM))).collect();
    stage.gather(seats)?;
    stage.crowd.settle(LIST_QUIET, LIST_PATIENCE)?;
    // The first one of every room.
    stage.speakers = (0..rooms).map(|room| room * PEOPLE_PER_ROOM).collect();
    steady(&mut stage, STEADY_LINES_PER_SECOND, &mut row)?;
    highest_rate(&mut stage, FIRST_LINES_PER_SECOND, FACTOR, PEOPLE_PER_ROOM, &mut row)?;
    Ok(row)
}

/// Creates the rooms one by one, as one person with a browser would.
fn create_rooms(server: &Server, rooms: usize) -> Result<(), Fault> {
    let authority = server.address.to_string();
    let mut stream = connect(server)?;
    let cookie = ask(&mut stream, &handshake::nickname_request(&authority, "landlord"))?;
    let cookie = cookie.ok_or_else(|| Fault::Refused("a nickname without a cookie".to_owned()))?;
    for room in 1..=rooms {
        ask(&mut stream, &handshake::room_request(&authority, &cookie, RoomNumber(room)))?;
    }
    Ok(())
}

pub fn connect(server: &Server) -> Result<TcpStream, Fault> {
    TcpStream::connect(server.address).doing("connecting")
}

/// Posts one form; returns the cookie that came back.
pub fn ask(stream: &mut TcpStream, request: &str) -> Result<Option<String>, Fault> {
    let answer = whole_answer(stream, request)?;
    let answer = handshake::first_answer(&answer).ok_or_else(|| Fault::Refused("half an answer".to_owned()))?;
    answer.check_form()?;
    Ok(answer.cookie)
}

/// Asks once, and waits for the answer.
pub fn whole_answer(stream: &mut TcpStream, request: &str) -> Result<Vec<u8>, Fault> {
    stream.write_all(request.as_bytes()).doing("asking")?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while handshake::first_answer(&answer).is_none() {
        let received = stream.read(&mut buffer).doing("reading an answer")?;
        if received == 0 {
            return Err(Fault::Refused("the end of the connection".to_owned()));
        }
        answer.extend_from_slice(&buffer[..received]);
    }
    Ok(answer)
}
