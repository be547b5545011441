-- outside a transaction
--
-- What the queue (0135) looks up instead of looking for it among all that a department ever had: what is open by when it was filed, what has
-- ended by its state, and what somebody has ended. A run that broke off is done again from the beginning, and an index that it left half-made goes first.
set search_path = tiepdan, public;
drop index concurrently if exists ticket_open_filed;
create index concurrently ticket_open_filed on ticket (holder, filed_at, id) where not done;
drop index concurrently if exists ticket_all_open_filed;
create index concurrently ticket_all_open_filed on ticket (filed_at, id) where not done;
drop index concurrently if exists ticket_ended;
create index concurrently ticket_ended on ticket (holder, state, filed_at, id) where done;
drop index concurrently if exists ticket_all_ended;
create index concurrently ticket_all_ended on ticket (state, filed_at, id) where done;
drop index concurrently if exists ticket_ended_of_person;
create index concurrently ticket_ended_of_person on ticket (person, state, filed_at, id) where person is not null and done;
