use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_burst_passes_and_then_one_for_each_token_that_comes_back() {
    let start = Instant::now();
    let mut bucket = TokenBucket::new(Rate::per_minute(60, 3));
    assert_eq!([(); 4].map(|()| bucket.take(start).is_ok()), [true, true, true, false]);
    assert_eq!(bucket.take(start), Err(TooFast { retry_after_ms: 1_000 }), "asking again costs nothing");
    assert_eq!(bucket.take(start + SECOND), Ok(()));
    assert!(bucket.take(start + SECOND).is_err());
}

#[test]
fn whoever_waits_as_told_succeeds() {
    let start = Instant::now();
    let mut bucket = TokenBucket::new(Rate::per_minute(7, 1));
    assert_eq!(bucket.take(start), Ok(()));
    let wait = bucket.take(start).unwrap_err().retry_after_ms;
    assert_eq!(bucket.take(start + Duration::from_millis(u64::from(wait))), Ok(()));
}

#[test]
fn a_long_silence_earns_no_more_than_the_burst() {
    let start = Instant::now();
    let mut bucket = TokenBucket::new(Rate::per_minute(60, 2));
    assert_eq!(bucket.take(start), Ok(()));
    let later = start + 1_000 * SECOND;
    assert_eq!([(); 3].map(|()| bucket.take(later).is_ok()), [true, true, false]);
}

#[test]
fn zero_turns_the_limit_off_and_a_burst_of_zero_is_one_at_a_time() {
    let now = Instant::now();
    let mut off = TokenBucket::new(Rate::per_minute(0, 0));
    assert!((0..10_000).all(|_| off.take(now).is_ok()));
    let mut single = TokenBucket::new(Rate::per_hour(1, 0));
    assert_eq!(single.take(now), Ok(()));
    assert_eq!(single.take(now), Err(TooFast { retry_after_ms: 3_600_000 }));
}

#[test]
fn many_who_share_a_bucket_may_do_so_many_times_as_much() {
    assert_eq!(Rate::per_minute(60, 3).times(4), Rate::per_minute(240, 12));
    assert!(Rate::per_minute(60, 3).times(0).is_off());
    assert!(Rate::per_minute(0, 3).times(4).is_off());
}

#[test]
fn keys_do_not_share_their_tokens() {
    let now = Instant::now();
    let mut buckets = KeyedBuckets::new(Rate::per_minute(1, 1));
    assert_eq!(buckets.take("a", 1, now), Ok(()));
    assert!(buckets.take("a", 1, now).is_err());
    assert_eq!(buckets.take("b", 1, now), Ok(()));
}

#[test]
fn looking_costs_nothing_and_says_the_same_as_taking() {
    let now = Instant::now();
    let mut buckets = KeyedBuckets::new(Rate::per_minute(60, 5));
    assert_eq!([(); 3].map(|()| buckets.look(&"a", 5, now)), [Ok(()); 3]);
    assert_eq!(buckets.take("a", 4, now), Ok(()));
    assert_eq!(buckets.look(&"a", 1, now), Ok(()));
    assert_eq!(buckets.look(&"a", 3, now), buckets.take("a", 3, now));
}

#[test]
fn what_costs_more_than_the_burst_passes_when_the_bucket_is_full() {
    let start = Instant::now();
    let mut buckets = KeyedBuckets::new(Rate::per_minute(60, 5));
    assert_eq!(buckets.take("a", 1_000, start), Ok(()));
    assert_eq!(buckets.take("a", 1_000, start), Err(TooFast { retry_after_ms: 5_000 }));
}

#[test]
fn full_buckets_are_forgotten_and_others_are_not() {
    let start = Instant::now();
    let mut buckets = KeyedBuckets::new(Rate::per_minute(60, 10));
    for _ in 0..5 {
        assert_eq!(buckets.take(0, 1, start), Ok(()));
    }
    assert!((1..1_000).all(|key| buckets.take(key, 1, start).is_ok()));
    assert_eq!(buckets.take(2_000, 1, start + 2 * SECOND), Ok(()));
    assert_eq!(buckets.full_at.len(), 2, "the busy key and the newcomer");
}

#[test]
fn a_flood_of_addresses_stays_in_bounded_memory_and_does_not_free_the_known_ones() {
    let now = Instant::now();
    let mut buckets = KeyedBuckets::new(Rate::per_minute(1, 1));
    assert!((0..KEYS_MAX).all(|key| buckets.take(key, 1, now).is_ok()));
    assert_eq!(buckets.take(KEYS_MAX, 1, now), Ok(()), "the first of the crowd");
    assert!(buckets.look(&(KEYS_MAX + 1), 1, now).is_err(), "the crowd shares one bucket");
    assert!(buckets.take(KEYS_MAX + 1, 1, now).is_err());
    assert!(buckets.take(7, 1, now).is_err(), "a known address is still counted");
    assert_eq!(buckets.full_at.len(), KEYS_MAX);
}
