-- outside a transaction
--
-- What is sought among rows of citizens, by indexes of their own (0115): sign-ins that may go, and letters that are counted before another one is
-- sent, without those that were held back, of which anybody can make any number. Made beside people who go on; a run that broke off is
-- done again from the beginning, and an index that it left half-made goes first.
set search_path = tiepdan, public;
drop index concurrently if exists citizen_event_sign_ins;
create index concurrently citizen_event_sign_ins on citizen_event (at) where type like 'session.%';
drop index concurrently if exists citizen_code_counted;
create index concurrently citizen_code_counted on citizen_code (made_at) where state <> 'held' and purpose <> 'told';
drop index concurrently if exists citizen_code_to;
create index concurrently citizen_code_to on citizen_code (email_index, made_at) where state <> 'held';
