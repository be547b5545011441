-- outside a transaction
--
-- Nobody looks for anything by these any more (0135).
set search_path = tiepdan, public;
drop index concurrently if exists ticket_done;
drop index concurrently if exists ticket_all_done;
drop index concurrently if exists ticket_holder_filed;
