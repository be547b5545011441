-- Which names of places a ticket has, as a set that an index can carry (0086, apart from this one so that nobody waits for its index).
set local search_path = tiepdan, public;

alter table ticket_alike add column names bigint;
comment on column ticket_alike.names is 'The keys of its names, a bit for each: the key mod 64. NULL: a server of before did not say';
