-- The rows of a database that a server of the first schema wrote.
insert into meta (name, value) values ('epoch', 'the-first-history');
insert into room (room_id, slug, title, last_seq, last_at_ms) values (1, 'lobby', 'Lobby', 2, 1764000000000);
insert into event (room_id, seq, at_ms, kind) values (1, 1, 1763000000000, 'room_created');
insert into event (
    room_id, seq, at_ms, kind, person_id, person_nickname, person_origin, client_message_id, text
) values (1, 2, 1764000000000, 'message', 'a0', 'Alice', 'web', 'c0ffee', 'Is there tea?');
insert into guest (user_id, nickname, nickname_folded, token_hash, last_seen_ms)
values ('a0', 'Alice', 'alice', x'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1', 1764000000000);
pragma user_version = 1;
