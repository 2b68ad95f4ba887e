-- What an event changes; null for content, which readers page through. Every row is read once, for the index.
alter table event add column target_seq integer
    check (target_seq is null or (target_seq >= 1 and target_seq < seq))
    check (json_extract(body, '$.kind') <> 'reaction' or target_seq is not null);

-- Pages of history find so many content events whatever lies between them.
create index event_content on event (room_id, seq) where target_seq is null;

-- The reactions that are set, folded from the events of kind `reaction`. `seq` is the event that set it, which orders them.
create table reaction (
    room_id integer not null,
    target_seq integer not null,
    emoji text not null,
    person_id text not null,
    seq integer not null,
    primary key (room_id, target_seq, emoji, person_id)
) strict, without rowid;
