//! Protects: no address and no network keeps others from coming in, and whoever waits in vain is told so.

use std::net::{IpAddr, Ipv4Addr};

use futures::FutureExt as _;

use super::*;
use crate::server::config::Config;

fn pool_of(permits: usize, wait_max: Duration) -> FairPermits {
    let mut limits = Config::default().limits;
    (limits.arrivals, limits.arrival_timeout) = (permits, wait_max);
    FairPermits::new(&limits)
}

/// An address in a network of its own.
fn address(network: u8) -> Address {
    neighbour(network, 1)
}

fn neighbour(network: u8, last: u8) -> Address {
    Address::of(IpAddr::V4(Ipv4Addr::new(192, 0, network, last)))
}

#[test]
fn one_address_holds_a_quarter_and_its_others_wait_in_nobodys_way() {
    let fair = pool_of(8, Duration::ZERO);
    let take = |network| fair.permit(address(network)).now_or_never();
    let mut of_one: Vec<_> = (0..2).map(|_| take(1).expect("its share").unwrap()).collect();
    let mut waiting = Box::pin(fair.permit(address(1)));
    assert!(waiting.as_mut().now_or_never().is_none(), "beyond its share it waits");
    let of_others: Vec<_> = (0..6).map(|number| take(2 + number / 2)).collect();
    assert!(of_others.iter().all(|permit| matches!(permit, Some(Ok(_)))), "the rest of the pool is for others");
    assert!(take(9).is_none(), "the pool is empty");
    of_one.pop();
    assert!(matches!(waiting.now_or_never(), Some(Ok(_))));
}

#[test]
fn one_network_holds_half_however_many_addresses_it_has() {
    let fair = pool_of(8, Duration::ZERO);
    let of_network: Vec<_> = (0..20).filter_map(|last| fair.permit(neighbour(1, last)).now_or_never()).collect();
    assert_eq!(of_network.len(), 4);
    let mut waiting = Box::pin(fair.permit(neighbour(1, 99)));
    assert!(waiting.as_mut().now_or_never().is_none());
    assert!(fair.permit(address(2)).now_or_never().is_some(), "its others wait in nobody's way");
    drop(of_network);
    assert!(matches!(waiting.now_or_never(), Some(Ok(_))));
}

#[test]
fn where_networks_are_not_limited_one_may_have_all_permits() {
    let mut limits = Config::default().limits;
    (limits.arrivals, limits.arrival_timeout, limits.network_factor) = (8, Duration::ZERO, 0);
    let fair = FairPermits::new(&limits);
    let of_network: Vec<_> = (0..20).filter_map(|last| fair.permit(neighbour(1, last)).now_or_never()).collect();
    assert_eq!(of_network.len(), 8);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_in_vain_is_told_when_to_come_back() {
    let fair = pool_of(1, Duration::from_secs(5));
    let held = fair.permit(address(1)).await.unwrap();
    let refusal = fair.permit(address(2)).await.err().expect("nobody gave a permit back");
    assert_eq!((refusal.code, refusal.retry_after_ms), (ErrorCode::Busy, Some(RETRY_MS)));
    drop(held);
    assert!(fair.permit(address(2)).await.is_ok());
}

#[test]
fn whoever_waits_no_more_costs_no_memory() {
    let fair = pool_of(1, Duration::ZERO);
    let held = fair.permit(address(1)).now_or_never();
    let mut waiting = Box::pin(fair.permit(address(2)));
    assert!(waiting.as_mut().now_or_never().is_none());
    drop((waiting, held));
    assert!(lock(&fair.pool.as_ref().unwrap().shares).is_empty());
}

#[test]
fn zero_is_no_limit() {
    let fair = pool_of(0, Duration::ZERO);
    let all: Vec<_> = (0..100).map(|_| fair.permit(address(1)).now_or_never()).collect();
    assert!(all.iter().all(|permit| matches!(permit, Some(Ok(_)))));
}
