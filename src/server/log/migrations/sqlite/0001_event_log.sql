-- What is true of the whole database. `epoch`: the identity of this history, which every seq belongs to.
create table meta (
    name text not null primary key,
    value text not null
) strict, without rowid;

-- The newest event's place and time are kept here, so that an append takes its seq by updating one row.
create table room (
    room_id integer not null primary key,
    slug text not null unique,
    title text not null,
    last_seq integer not null check (last_seq >= 1),
    last_at_ms integer not null
) strict;

-- The log. Clustered by its key, since it is only ever read as a run of one room. A person is written as they were at
-- that moment, so there is no table of people to join with, and a guest who goes leaves the lines behind.
create table event (
    room_id integer not null references room (room_id),
    seq integer not null check (seq >= 1),
    at_ms integer not null,
    kind text not null,
    person_id text,
    person_nickname text,
    person_origin text,
    client_message_id text,
    text text,
    sender_time text,
    primary key (room_id, seq),
    check ((person_id is null) = (person_nickname is null) and (person_id is null) = (person_origin is null)),
    check (
        kind <> 'message'
        or (person_id is not null and client_message_id is not null and text is not null)
    )
) strict, without rowid;

-- A line is written once, whatever its sender retries, in whichever room.
create unique index event_person_id_client_message_id_key on event (person_id, client_message_id)
where client_message_id is not null;

-- Who owns which nickname, by which session. `token_hash` is SHA-256: the token itself is never here.
create table guest (
    user_id text not null primary key,
    nickname text not null,
    nickname_folded text not null unique,
    token_hash blob not null unique check (length(token_hash) = 32),
    last_seen_ms integer not null
) strict, without rowid;
