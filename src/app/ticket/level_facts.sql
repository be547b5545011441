-- What the dates of a ticket's running clocks are made of, for another level, and of an answer that has no clock now; refuses what
-- cannot be done. `chosen` is the profile that a rule gave it.
-- in: ticket uuid, version int, level text
-- out: version int, matter text, category text, filed_s int, receiver text, holder text, accepted bool, accepted_s int, slot int,
-- kind text, round int, unit text, amount int, extension int, calendar text, calendar_version int, start_s int, waits bool,
-- pauses bool, alarm_level int, profile text, receipt text, chosen text
select version, matter, category, filed_s, receiver, holder, accepted, accepted_s, slot, kind, round, unit, amount, extension, calendar,
	calendar_version, start_s, waits, pauses, alarm_level, profile, receipt,
	(select route->'rules'->>'profile' from tiepdan.ticket where id = :'ticket') as chosen
from tiepdan.level_facts(:'ticket', :'version', :'level')
