-- A name that rests as it was shown, since names are compared as they are written: a capital I looks like a small l, and a
-- small i does not. Rows from before hold the folded name until they have rested, a day at most.
alter table resting_name add column nickname text not null default '';
update resting_name set nickname = nickname_folded;
