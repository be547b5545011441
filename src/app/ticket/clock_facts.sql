-- What the dates of a ticket's running clocks are made of, for a change that dates them anew; refuses what cannot be done.
-- in: ticket uuid, version int, action text, at timestamptz
-- out: ticket uuid, version int, slot int, kind text, round int, unit text, amount int, extension int, calendar text, start_s int,
-- waits bool, alarm_level int, profile text, receipt text, question_unit text, question_amount int, requested int,
-- calendar_version int
select ticket, version, slot, kind, round, unit, amount, extension, calendar, start_s, waits, alarm_level, profile, receipt,
	question_unit, question_amount, requested, calendar_version
from tiepdan.clock_facts(:'ticket', :'version', :'action', :'at')
