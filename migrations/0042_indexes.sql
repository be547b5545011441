-- outside a transaction
--
-- What takes long on tables that grow with the tickets, beside people who go on filing: each statement runs by itself and lets
-- others write meanwhile. A run that broke off is done again from the beginning, and an index that it left half-made goes first.
-- A statement ends with the line.
set search_path = tiepdan, public;

-- What somebody has, and what waits for anybody (0030).
drop index concurrently if exists ticket_of_person;
create index concurrently ticket_of_person on ticket (person) where person is not null and not done;
drop index concurrently if exists ticket_unassigned;
create index concurrently ticket_unassigned on ticket (holder, filed_at, id)
	where person is null and state in ('accepted', 'in_progress', 'reopened', 'appealed');

-- What is alike and still open (0033).
drop index concurrently if exists ticket_open_in_area;
create index concurrently ticket_open_in_area on ticket (area, filed_at, id) where not done and visibility = 'public' and sight = 'public';

-- How long answers took (0040).
drop index concurrently if exists clock_promised;
create index concurrently clock_promised on clock (holder, stop_at) where kind = 'answer' and days > 0 and round = 1;

-- An event is told once to a person for each ticket (0032); 0043 makes a constraint of it.
drop index concurrently if exists notice_once_in_ticket;
create unique index concurrently notice_once_in_ticket on notice (event, account, ticket) nulls not distinct;

-- Constraints that came without a look at what is there (0029, 0038, 0040, 0041).
alter table question validate constraint question_ended;
alter table notice validate constraint notice_audience;
alter table ticket validate constraint ticket_channel;
alter table rating validate constraint rating_answer_fk;
