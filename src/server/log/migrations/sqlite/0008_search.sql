-- The index of what messages say now: one term a unit of their text (`model::search::units`), behind them who posted it, in
-- which room, and whether it holds a link. It is filled apart from the append. The terms come folded, so the tokenizer must
-- only part them at the spaces: one that knows letters would know those of another version of Unicode.
create virtual table search using fts5 (terms, content = '', contentless_delete = 1, tokenize = 'ascii');

-- Which message a row of the index is of. The numbers are given in the order of time, over all rooms, so that the newest are
-- found first. A deleted message keeps its number, for its restoration.
create table search_message (
    message_id integer not null primary key,
    room_id integer not null,
    seq integer not null,
    unique (room_id, seq)
) strict;

-- Up to which event the messages of a room are in the index; a room without a row is not.
create table search_position (
    room_id integer not null primary key,
    seq integer not null
) strict;
