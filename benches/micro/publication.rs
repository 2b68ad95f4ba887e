//! Making JSON of a publication, once for all receivers of a wire. Not here: who receives it.

use divan::{Bencher, black_box, counter::BytesCount};
use teahouse::server::hub::publication::{Publication, Wire};

use super::material::committed;

#[divan::bench(args = [Wire::Member, Wire::Plain])]
fn frame(bencher: Bencher<'_, '_>, wire: Wire) {
    let committed = committed();
    let frame = Publication::new(&committed).frame(wire).expect("a message has a form on both wires");
    bencher.counter(BytesCount::new(frame.len())).bench_local(|| Publication::new(black_box(&committed)).frame(wire));
}
