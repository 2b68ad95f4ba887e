//! Making JSON of a publication, once for all receivers of a wire. Not here: who receives it (`hub`).

use std::sync::Arc;

use divan::{Bencher, counter::BytesCount};
use teahouse::server::delivery::compressor::Compressor;
use teahouse::server::delivery::frame::Wire;
use teahouse::server::delivery::hub::publication::Publication;
use teahouse::server::net::websocket::FrameEncoding;

use super::material::committed;

#[divan::bench(args = [Wire::Member, Wire::Plain])]
fn frame(bencher: Bencher<'_, '_>, wire: Wire) {
    let compressor = Arc::new(Compressor::new(0));
    let publication = || Publication::new(committed(), Arc::clone(&compressor), None);
    let bytes = publication().frame(wire, FrameEncoding::Plain).expect("a message has a form on both wires").len();
    bencher
        .counter(BytesCount::new(bytes))
        .with_inputs(publication)
        .bench_local_refs(|publication| publication.frame(wire, FrameEncoding::Plain).map(|frame| frame.len()));
}
