-- The parts whose alarm has come, in the columns of alarms_due.
-- in: now timestamptz, limit int
-- out: place int, slot int, ticket uuid, kind text, round int, level int, alarm_ms int, unit text, calendar text, profile text,
-- start_s int, due_s int, from_s int, until_s int, version int
-- as: definer
select place, slot, ticket, kind, round, level, alarm_ms, unit, calendar, profile, start_s, due_s, from_s, until_s, version
from tiepdan.part_alarms_due(:'now', :'limit')
