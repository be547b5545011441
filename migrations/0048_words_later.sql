-- outside a transaction
--
-- Constraints that came without a look at what is there (0047). A statement ends with the line.
set search_path = tiepdan, public;
alter table notice validate constraint notice_audience;
alter table attachment validate constraint attachment_replaced;
