//! Protects: no address keeps another one out, and whoever only holds a connection open gives way.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::*;
use crate::server::config::Config;

fn address(last: u8) -> Address {
    Address::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
}

fn slots(total: usize, per_address: usize) -> Arc<ConnectionSlots> {
    Arc::new(ConnectionSlots::new(SlotLimits { total, per_address, per_network: 0 }))
}

/// A connection of this address with a request in hand.
fn busy(slots: &Arc<ConnectionSlots>, last: u8) -> Result<ConnectionSlot, TooManyConnections> {
    slots.enter(Some(address(last)))
}

fn idle(slots: &Arc<ConnectionSlots>, last: u8) -> Result<(ConnectionSlot, GiveWay), TooManyConnections> {
    let slot = slots.enter(Some(address(last)))?;
    let gives_way = slot.rest(Some(address(last)));
    Ok((slot, gives_way))
}

fn gave_way(gives_way: &mut GiveWay) -> bool {
    gives_way.try_recv() == Err(oneshot::error::TryRecvError::Closed)
}

#[test]
fn one_address_cannot_take_every_place() {
    let slots = slots(0, 2);
    let first = busy(&slots, 1).unwrap();
    let _second = busy(&slots, 1).unwrap();
    assert_eq!(busy(&slots, 1).err(), Some(TooManyConnections::Address));
    let _other = busy(&slots, 2).unwrap();
    drop(first);
    assert!(busy(&slots, 1).is_ok());
}

#[test]
fn many_addresses_of_one_network_cannot_either() {
    let slots = Arc::new(ConnectionSlots::new(SlotLimits { total: 0, per_address: 1, per_network: 2 }));
    let house = |network, house| Address::of(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, network, house, 0, 0, 0, 1)));
    let _first = slots.enter(Some(house(1, 1))).unwrap();
    let second = slots.enter(Some(house(1, 2))).unwrap();
    assert_eq!(slots.enter(Some(house(1, 3))).err(), Some(TooManyConnections::Network));
    assert!(slots.enter(Some(house(2, 1))).is_ok());
    let mut gives_way = second.rest(Some(house(1, 2)));
    assert!(slots.enter(Some(house(1, 3))).is_ok());
    assert!(gave_way(&mut gives_way), "an idle neighbour gives way");
}

#[test]
fn on_a_small_server_one_network_leaves_half_of_the_connections_to_others() {
    let limits = |total, per_address, factor| {
        let mut limits = Config::default().limits;
        (limits.connections, limits.connections_per_address, limits.network_factor) = (total, per_address, factor);
        SlotLimits::new(&limits).per_network
    };
    assert_eq!(limits(256, 64, 8), 128, "and not 512");
    assert_eq!(limits(20_000, 200, 8), 1_600, "on a large one it is what its addresses may");
    assert_eq!(limits(1, 64, 8), 1, "somebody is served");
    assert_eq!(limits(0, 200, 8), 1_600, "without a limit in all there is no half");
    assert_eq!((limits(256, 64, 0), limits(256, 0, 8)), (0, 0), "both settings turn it off");
}

#[test]
fn the_oldest_idle_connection_of_an_address_gives_way_to_its_next() {
    let slots = slots(0, 2);
    let (_first, mut first_gives_way) = idle(&slots, 1).unwrap();
    let (second, mut second_gives_way) = idle(&slots, 1).unwrap();
    let (_other, mut other_gives_way) = idle(&slots, 2).unwrap();
    let _third = busy(&slots, 1).unwrap();
    assert!(gave_way(&mut first_gives_way) && !gave_way(&mut second_gives_way));
    second.begin(address(1)).unwrap();
    assert_eq!(busy(&slots, 1).err(), Some(TooManyConnections::Address), "whoever has a request in hand stays");
    let mut second_gives_way = second.rest(Some(address(1)));
    assert!(busy(&slots, 1).is_ok());
    assert!(gave_way(&mut second_gives_way) && !gave_way(&mut other_gives_way));
    assert_eq!(second.begin(address(1)), Err(TooManyConnections::Address), "a slot that was given away is gone");
}

#[test]
fn a_full_server_lets_the_longest_idle_connection_go_before_it_refuses_anybody() {
    let slots = slots(2, 0);
    let (idle, mut gives_way) = idle(&slots, 1).unwrap();
    let _busy = busy(&slots, 2).unwrap();
    let _newcomer = busy(&slots, 3).unwrap();
    assert!(gave_way(&mut gives_way));
    assert_eq!(busy(&slots, 4).err(), Some(TooManyConnections::Server));
    drop(idle);
    assert_eq!(busy(&slots, 4).err(), Some(TooManyConnections::Server), "a slot that was given away is not free twice");
}

#[test]
fn behind_a_proxy_a_connection_is_the_clients_for_as_long_as_its_request_is_in_hand() {
    let slots = slots(0, 1);
    let (first, second) = (slots.enter(None).unwrap(), slots.enter(None).unwrap());
    first.begin(address(1)).unwrap();
    assert_eq!(second.begin(address(1)), Err(TooManyConnections::Address));
    second.begin(address(2)).unwrap();
    let _gives_way = first.rest(None);
    second.begin(address(1)).unwrap();
    assert_eq!(first.begin(address(1)), Err(TooManyConnections::Address));
    assert_eq!(first.begin(address(2)), Ok(()), "the second gave this address back");
}

#[test]
fn whoever_left_costs_no_memory() {
    let slots = slots(3, 2);
    for _ in 0..3 {
        let busy: Vec<_> = (0..9).map(|last| busy(&slots, last / 3)).collect();
        let idle: Vec<_> = (0..9).map(|last| idle(&slots, last / 3)).collect();
        for slot in busy.iter().flatten() {
            let _ = slot.begin(address(4));
        }
        drop((busy, idle));
    }
    let occupied = slots.lock();
    assert!(occupied.connections == 0 && occupied.idle.is_empty() && occupied.by_source.is_empty());
}
