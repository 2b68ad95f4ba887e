//! Protects: whoever holds connections open keeps nobody out, and idle ones last as long as balancers want them to.

use super::*;

#[tokio::test]
async fn one_connection_too_many_is_told_when_to_come_back() {
    let (router, mut arrivals, finish) = slow();
    let running = start(options_with(|config| config.limits.connections = 1), router).await;
    let mut first = connect(&running).await;
    first.write_all(SLOW).await.expect("sent");
    arrivals.recv().await.expect("the request is in hand");

    let answer = exchange(&running, CLOSE).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("\r\nretry-after: 5\r\n"), "{answer}");
    assert!(answer.contains("too_many_connections") && answer.contains("Too many connections: close one"), "{answer}");

    finish.notify_one();
    read_until(&mut first, "finished").await;
}

/// Protects newcomers from those who only hold a connection open.
#[tokio::test]
async fn the_longest_idle_connection_gives_way_to_a_newcomer() {
    let of_one_address = |config: &mut Config| {
        config.limits.connections = 2;
        config.limits.connections_per_address = 0;
    };
    let running = start(options_with(of_one_address), hello()).await;
    let mut oldest = connect(&running).await;
    oldest.write_all(KEEP).await.expect("sent");
    read_until(&mut oldest, "hello").await;
    let mut younger = connect(&running).await;
    younger.write_all(KEEP).await.expect("sent");
    read_until(&mut younger, "hello").await;

    let mut newcomer = connect(&running).await;
    newcomer.write_all(KEEP).await.expect("sent");
    read_until(&mut newcomer, "hello").await;
    assert_eq!(read_to_close(&mut oldest).await, "", "closed in order");
    younger.write_all(CLOSE).await.expect("still open");
    assert!(read_to_close(&mut younger).await.ends_with("hello"));
}

/// Protects the places of everybody from one address, which holds them without asking for anything.
#[tokio::test]
async fn one_address_that_holds_connections_open_takes_its_own_places_only() {
    let running = start(options_with(|config| config.limits.connections_per_address = 2), hello()).await;
    let mut silent = Vec::new();
    for _ in 0..6 {
        silent.push(connect(&running).await);
    }
    for closed in &mut silent[..4] {
        assert_eq!(read_to_close(closed).await, "", "those that are idle for the longest time make room");
    }
    let mut last = silent.pop().expect("six");
    last.write_all(CLOSE).await.expect("still open");
    assert!(read_to_close(&mut last).await.ends_with("hello"));
}

/// Protects a household from its neighbours behind the same proxy, and a proxy's idle connections from being anybody's.
#[tokio::test]
async fn behind_a_trusted_proxy_a_request_counts_for_the_client_that_is_named() {
    let (router, mut arrivals, finish) = slow();
    let trusting = options_with(|config| {
        config.limits.connections_per_address = 1;
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    });
    let running = start(trusting, router).await;
    let ask = |client: u8| format!("GET /slow HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.{client}\r\n\r\n");
    let mut pool = [connect(&running).await, connect(&running).await, connect(&running).await];
    pool[0].write_all(ask(1).as_bytes()).await.expect("sent");
    arrivals.recv().await.expect("in hand");
    pool[1].write_all(ask(1).as_bytes()).await.expect("sent");
    let refused = read_until(&mut pool[1], "}").await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("too_many_connections"), "{refused}");
    pool[1].write_all(ask(2).as_bytes()).await.expect("the connection is the proxy's and goes on");
    arrivals.recv().await.expect("another client is not concerned");
    finish.notify_one();
    read_until(&mut pool[0], "finished").await;
    finish.notify_one();
    read_until(&mut pool[1], "finished").await;
    pool[2].write_all(ask(1).as_bytes()).await.expect("sent");
    arrivals.recv().await.expect("an idle connection is nobody's");
    finish.notify_one();
    read_until(&mut pool[2], "finished").await;
}

/// Protects balancers, which use a connection again after a minute, and places from those who are away for longer.
#[tokio::test]
async fn between_two_requests_another_time_runs_than_for_a_head() {
    let options = ListenerOptions { header_read_timeout: Duration::from_millis(50), ..options() };
    let running = start(options, hello()).await;
    let mut patient = connect(&running).await;
    patient.write_all(KEEP).await.expect("sent");
    read_until(&mut patient, "hello").await;
    assert_eq!(exchange(&running, b"").await, "", "the time for a head has gone by");
    patient.write_all(KEEP).await.expect("still open");
    read_until(&mut patient, "hello").await;
    patient.write_all(b"GET / HT").await.expect("still open");
    assert_eq!(read_to_close(&mut patient).await, "", "a head that has begun must end in time");

    let options = ListenerOptions { keep_alive_timeout: Duration::from_millis(50), ..self::options() };
    let running = start(options, hello()).await;
    let mut idle = connect(&running).await;
    idle.write_all(KEEP).await.expect("sent");
    read_until(&mut idle, "hello").await;
    assert_eq!(read_to_close(&mut idle).await, "");
}
