-- ticket/level_facts.sql of many tickets; `place`: which one in the order of the request. Nothing of those that are refused another level:
-- why says ticket/level_many.sql.
-- in: tickets uuid[], versions int[], level text, sqlstates text[]
-- out: place int, version int, matter text, category text, filed_s int, receiver text, holder text, accepted bool, accepted_s int,
-- slot int, kind text, round int, unit text, amount int, extension int, calendar text, calendar_version int, start_s int, waits bool,
-- pauses bool, alarm_level int, profile text, receipt text, chosen text
-- pool: slow
select place, (fact).version, (fact).matter, (fact).category, (fact).filed_s, (fact).receiver, (fact).holder, (fact).accepted,
	(fact).accepted_s, (fact).slot, (fact).kind, (fact).round, (fact).unit, (fact).amount, (fact).extension, (fact).calendar,
	(fact).calendar_version, (fact).start_s, (fact).waits, (fact).pauses, (fact).alarm_level, (fact).profile, (fact).receipt, chosen
from tiepdan.tickets_level_facts(:'tickets', :'versions', :'level', :'sqlstates') order by place
