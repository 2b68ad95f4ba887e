-- The rows of a database that a server of the first schema wrote.
insert into meta (name, value) values ('epoch', 'the-first-history');
insert into room (room_id, slug, title, last_seq, last_at_ms) values (1, 'lobby', 'Lobby', 3, 1764000001000);
insert into event (room_id, seq, at_ms, kind) values (1, 1, 1763000000000, 'room_created');
insert into event (
    room_id, seq, at_ms, kind, person_id, person_nickname, person_origin, client_message_id, text
) values (1, 2, 1764000000000, 'message', 'a0', 'Alice', 'web', 'c0ffee', 'Is there tea?');
-- Whatever a text may hold: quotes, a backslash, what looks like an escape, a tab, a line break, and control characters.
insert into event (
    room_id, seq, at_ms, kind, person_id, person_nickname, person_origin, client_message_id, text, sender_time
) values (
    1, 3, 1764000001000, 'message', 'p-3', '小雨', 'plain', 'p-3-1',
    'He said "it''s \ \u0041 茶 🍵"' || char(9, 10, 1, 31, 127, 8232), '11-24 "16:00"'
);
insert into guest (user_id, nickname, nickname_folded, token_hash, last_seen_ms)
values ('a0', 'Alice', 'alice', x'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1', 1764000000000);
pragma user_version = 1;
