-- outside a transaction
--
-- What could be due (0088), beside people who go on filing. A run that broke off is done again from the beginning, and an index that it left
-- half-made goes first.
set search_path = tiepdan, public;
drop index concurrently if exists ticket_kept;
create index concurrently ticket_kept on ticket (filed_at, id) where destroyed_at is null;
-- What is forgotten after its days (0090).
drop index concurrently if exists event_text_searched_for;
create index concurrently event_text_searched_for on event_text (at) where name = 'searched_for';
-- What was ever merged into a ticket goes with it.
drop index concurrently if exists ticket_merge_into;
create index concurrently ticket_merge_into on ticket_merge (into_ticket);

-- Constraints that came without a look at what is there (0088).
alter table ticket validate constraint ticket_title_length;
alter table ticket validate constraint ticket_text_length;
alter table ticket validate constraint ticket_destroyed;
