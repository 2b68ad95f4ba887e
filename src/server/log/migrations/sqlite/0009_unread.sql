-- How many messages the room had up to each event, that event included: for a message, its position among the messages. So
-- what lies between any two places is counted without reading it. Every event is read and written once, since the events
-- that are there have to be numbered, too.
alter table event add column message_no integer not null default 0 check (message_no >= 0);

update event set message_no = counted.messages
from (
    select room_id, seq,
        count(*) filter (where json_extract(body, '$.kind') = 'message') over (partition by room_id order by seq) as messages
    from event
) as counted
where event.room_id = counted.room_id and event.seq = counted.seq;

-- That of the newest event is kept here, so that an append takes the next number by updating one row.
alter table room add column last_message_no integer not null default 0 check (last_message_no >= 0);

update room set last_message_no = coalesce(
    (select message_no from event where event.room_id = room.room_id and event.seq = room.last_seq), 0
);

-- How far somebody has read a room. A row goes with its person and with its room. `lowered`: how often they marked something
-- as unread again, so that of two marks the later one is known, in whichever order they are told.
create table mark (
    person_id text not null references guest (user_id) on delete cascade,
    room_id integer not null references room (room_id) on delete cascade,
    seq integer not null check (seq >= 0),
    message_no integer not null check (message_no >= 0),
    lowered integer not null default 0 check (lowered >= 0),
    primary key (person_id, room_id)
) strict, without rowid;

-- For the removal of a room.
create index mark_room on mark (room_id);
