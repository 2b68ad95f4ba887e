//! Protects the processor: nobody eats it with connections, TLS handshakes or requests, each of which is paid for before
//! its work.

use super::*;

fn one_a_minute(config: &mut Config) {
    let limits = &mut config.limits;
    (limits.connects_per_minute, limits.tls_handshakes_per_minute, limits.requests_per_minute) = (1, 1, 1);
}

#[tokio::test]
async fn connections_beyond_the_budget_of_their_address_are_told_when_to_come_back() {
    let options = options_with(|config| {
        one_a_minute(config);
        config.limits.connects_burst = 2;
    });
    let running = start(options, hello()).await;
    for _ in 0..2 {
        assert!(exchange(&running, CLOSE).await.ends_with("hello"));
    }
    let answer = exchange(&running, CLOSE).await;
    assert!(answer.starts_with("HTTP/1.1 429 Too Many Requests\r\nretry-after: "), "{answer}");
    assert!(answer.contains("\"too_fast\"") && answer.contains("retry_after_ms"), "{answer}");
}

#[tokio::test]
async fn requests_beyond_the_budget_of_their_address_are_refused_before_they_are_routed_and_cost_the_connection() {
    let options = options_with(|config| {
        one_a_minute(config);
        (config.limits.connects_per_minute, config.limits.requests_burst) = (0, 2);
    });
    let running = start(options, hello()).await;
    let mut stream = connect(&running).await;
    for _ in 0..2 {
        stream.write_all(KEEP).await.expect("sent");
        read_until(&mut stream, "hello").await;
    }
    stream.write_all(KEEP).await.expect("sent");
    let answer = read_to_close(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("retry-after: "), "{answer}");
    assert!(exchange(&running, CLOSE).await.starts_with("HTTP/1.1 429 "), "a new connection does not help");
}

/// Protects everybody behind a proxy from one of its clients: its connections are free, and go on.
#[tokio::test]
async fn behind_a_trusted_proxy_each_client_pays_for_its_own_requests_only() {
    let options = options_with(|config| {
        one_a_minute(config);
        (config.limits.connects_burst, config.limits.requests_burst) = (1, 1);
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    });
    let running = start(options, hello()).await;
    let _other_connection = connect(&running).await;
    let mut proxy = connect(&running).await;
    for (client, end) in [(1, "hello"), (1, "}"), (2, "hello")] {
        let request = format!("GET / HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.{client}\r\n\r\n");
        proxy.write_all(request.as_bytes()).await.expect("the connection goes on");
        read_until(&mut proxy, end).await;
    }
}

/// Protects homes and schools, which are many people behind one address: what a class does when it begins passes.
#[tokio::test]
async fn a_class_behind_one_address_opens_its_pages_under_the_limits_that_everybody_has() {
    const PEOPLE: usize = 40;
    const CONNECTIONS_OF_A_PAGE: usize = 6;
    let running = start(options(), hello()).await;
    for _ in 0..PEOPLE * CONNECTIONS_OF_A_PAGE {
        let mut connection = connect(&running).await;
        for _ in 0..2 {
            connection.write_all(KEEP).await.expect("sent");
            read_until(&mut connection, "hello").await;
        }
    }
}
