-- outside a transaction
--
-- Filing writes few and cheap entries (0099). Each statement runs by itself, beside people who go on filing; a run that broke off is done again
-- from the beginning, and an index that it left half-made goes first.
set search_path = tiepdan, public;
drop index concurrently if exists holding_present;
create unique index concurrently holding_present on holding (ticket) where until is null;
drop index concurrently if exists holding_of_ticket;
create index concurrently holding_of_ticket on holding (ticket, since);
