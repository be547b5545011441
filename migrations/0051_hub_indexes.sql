-- outside a transaction
--
-- A level of an alarm fires once for each due point: a ticket that gets another level (0049) is due at another time, and its ladder
-- begins anew. A run that broke off is done again from the beginning, and an index that it left half-made goes first.
set search_path = tiepdan, public;
drop index concurrently if exists alarm_each;
create unique index concurrently alarm_each on alarm (ticket, kind, round, level, due_at);
alter table alarm drop constraint alarm_pk, add constraint alarm_pk primary key using index alarm_each;
comment on table alarm is 'The alarms that have fired: each level of each clock once for a due point, whatever was restarted.';
