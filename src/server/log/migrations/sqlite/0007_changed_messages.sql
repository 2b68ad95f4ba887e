-- The messages that were edited or deleted, folded from the events of the kinds `edited`, `deleted` and `restored`. A message
-- without a row is as it was posted. `text`: what the message says now; of a deleted one what a restoration brings back, and
-- empty when it cannot be restored any more.
create table changed_message (
    room_id integer not null,
    message_seq integer not null,
    text text not null,
    edited_ms integer,
    deleted_ms integer,
    restorable_until_ms integer check ((restorable_until_ms is null) = (deleted_ms is null)),
    primary key (room_id, message_seq),
    check (text <> '' or deleted_ms is not null)
) strict, without rowid;

-- Finds the texts that are to be forgotten without reading those of other messages.
create index changed_message_forget on changed_message (restorable_until_ms)
where deleted_ms is not null and text <> '';

-- The changes that hold a text of their message, so that a deletion finds them without reading the log.
create table changed_message_text (
    room_id integer not null,
    message_seq integer not null,
    seq integer not null,
    primary key (room_id, message_seq, seq)
) strict, without rowid;
