-- outside a transaction
--
-- A constraint that came without a look at what is there (0116), which nobody waits for. A statement ends with the line.
set search_path = tiepdan, public;
alter table word validate constraint word_form;
