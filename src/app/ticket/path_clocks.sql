-- What the dates of a ticket's running clocks are made of, for another path, and of an answer that has no clock now.
-- in: ticket uuid, version int
-- out: filed_s int, accepted bool, accepted_s int, slot int, kind text, round int, unit text, amount int, extension int, calendar text,
-- calendar_version int, start_s int, waits bool, pauses bool, alarm_level int, profile text, receipt text
select filed_s, accepted, accepted_s, slot, kind, round, unit, amount, extension, calendar, calendar_version, start_s, waits, pauses,
	alarm_level, profile, receipt
from tiepdan.path_clocks(:'ticket', :'version')
