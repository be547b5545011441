-- The same for the citizen who answers a question.
-- in: number int, generation int
-- out: ticket uuid, version int, slot int, kind text, round int, unit text, amount int, extension int, calendar text, start_s int,
-- waits bool, alarm_level int, profile text, receipt text, question_unit text, question_amount int, requested int,
-- calendar_version int
-- as: definer
select ticket, version, slot, kind, round, unit, amount, extension, calendar, start_s, waits, alarm_level, profile, receipt,
	question_unit, question_amount, requested, calendar_version
from tiepdan.clock_facts_tracked(:'number', :'generation')
