-- One clock of a ticket with what its date is made of: of this round, NULL of the last.
-- in: ticket uuid, kind text, round int
-- out: kind text, name_vi text, name_en text, unit text, amount int, extension int, receipt text, calendar text, version int,
-- start_s int, due_s int, stop_s int, waits bool, pauses bool, outcome text, profile text, citation_vi text, citation_en text,
-- department text, started_vi text, started_en text
select kind, name_vi, name_en, unit, amount, extension, receipt, calendar, version, start_s, due_s, stop_s, waits, pauses, outcome,
	profile, citation_vi, citation_en, department, started_vi, started_en
from tiepdan.clock_explained_staff(:'ticket', :'kind', :'round')
