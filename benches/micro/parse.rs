//! Reading the JSON that clients of both sockets send, as `server::edge::connection` reads it. Not here: the rules for names
//! and texts (`model::text`).

use divan::{Bencher, black_box, counter::BytesCount};
use serde::de::DeserializeOwned;
use serde_json::json;
use teahouse::protocol::Command;
use teahouse::protocol::plain::PlainMessage;

use super::material::prose;

#[divan::bench]
fn a_members_post(bencher: Bencher<'_, '_>) {
    let id = "0123456789abcdef0123456789abcdef";
    parse::<Command>(
        bencher,
        &json!({ "type": "post", "room": "lobby", "id": id, "body": { "kind": "message", "text": prose(60) } })
            .to_string(),
    );
}

#[divan::bench]
fn a_programs_message(bencher: Bencher<'_, '_>) {
    let frame = json!({ "nickname": "Ada Lovelace", "message": prose(60), "time": "11-25 07:30:00" });
    parse::<PlainMessage>(bencher, &frame.to_string());
}

fn parse<T: DeserializeOwned>(bencher: Bencher<'_, '_>, frame: &str) {
    serde_json::from_str::<T>(frame).expect("the frame is of its wire");
    bencher.counter(BytesCount::of_str(frame)).bench_local(|| serde_json::from_str::<T>(black_box(frame)));
}
