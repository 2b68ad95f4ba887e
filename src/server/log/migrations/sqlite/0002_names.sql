-- What a name looks like (`server::ground::names::look`), so that nobody takes a name that looks like that of somebody who is
-- away. Computed by the server at start: for rows from before, and anew when its tables of Unicode are newer.
-- `cookie_set_ms`: when the browser was last told to keep the cookie; 0 for "long ago", so that it is told again.
-- `is_proven`: the browser has shown that it keeps the token. A name without that is soon free again.
-- `replaced_token_hash`: the token before this one, good until the new one is used for the first time, or until then.
alter table guest add column nickname_look text not null default '';
alter table guest add column cookie_set_ms integer not null default 0;
alter table guest add column is_proven integer not null default 1 check (is_proven in (0, 1));
alter table guest add column replaced_token_hash blob check (length(replaced_token_hash) = 32);
alter table guest add column replaced_until_ms integer check ((replaced_until_ms is null) = (replaced_token_hash is null));

create index guest_nickname_look_idx on guest (nickname_look);
create unique index guest_replaced_token_hash_key on guest (replaced_token_hash) where replaced_token_hash is not null;

-- Names that were given back by somebody who had spoken. Until then nobody else may speak under them. One for each
-- person, so that nobody can set names aside by taking one after the other.
create table resting_name (
    user_id text not null primary key,
    nickname_folded text not null,
    nickname_look text not null,
    until_ms integer not null
) strict, without rowid;

create index resting_name_nickname_folded_idx on resting_name (nickname_folded);
create index resting_name_nickname_look_idx on resting_name (nickname_look);
create index resting_name_until_ms_idx on resting_name (until_ms);
