-- outside a transaction
--
-- A constraint that came without a look at what is there (0067). A statement ends with the line.
set search_path = tiepdan, public;
alter table question validate constraint question_ended;
