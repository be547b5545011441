-- outside a transaction
--
-- The constraint that came without a look at what is there (0091), beside people who go on filing.
set search_path = tiepdan, public;
alter table notice validate constraint notice_audience;
