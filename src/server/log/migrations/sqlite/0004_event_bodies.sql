-- An event keeps its body as it is on the wire, so that a new kind of event needs no column. SQLite cannot change a check
-- of a table that is there, so every row is written anew, once.
create table event_with_body (
    room_id integer not null references room (room_id),
    seq integer not null check (seq >= 1),
    at_ms integer not null,
    person_id text,
    person_nickname text,
    person_origin text,
    post_id text,
    body text not null check (json_type(body, '$.kind') is 'text'),
    primary key (room_id, seq),
    check ((person_id is null) = (person_nickname is null) and (person_id is null) = (person_origin is null)),
    check (post_id is null or person_id is not null),
    check (
        json_extract(body, '$.kind') <> 'message'
        or (post_id is not null and json_type(body, '$.text') is 'text')
    )
) strict, without rowid;

insert into event_with_body
select room_id, seq, at_ms, person_id, person_nickname, person_origin, client_message_id,
    json_patch(json_object('kind', kind), json_object('text', text, 'sender_time', sender_time))
from event;

drop table event;
alter table event_with_body rename to event;

-- A post is written once, whatever its author retries, in whichever room.
create unique index event_person_id_post_id_key on event (person_id, post_id) where post_id is not null;
