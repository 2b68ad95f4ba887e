-- How many people have each reaction, so that setting one and drawing a page cost the same whatever their number. `since_seq`
-- is the event by which somebody had it again after nobody had it, which orders the reactions to a message.
create table reaction_count (
    room_id integer not null,
    target_seq integer not null,
    emoji text not null,
    people integer not null check (people >= 1),
    since_seq integer not null,
    primary key (room_id, target_seq, emoji)
) strict, without rowid;

insert into reaction_count
select room_id, target_seq, emoji, count(*), min(seq) from reaction group by room_id, target_seq, emoji;

-- Finds the first people of a reaction without reading the others.
create index reaction_seq on reaction (room_id, target_seq, emoji, seq);
