-- The same by the departments of today, each with what it came from.
-- in: from date, to date, as_of timestamptz, zone text
-- out: key text, name_vi text, name_en text, answered_on_time int, answered_late int, open_in_time int, open_overdue int,
-- no_clock int, merged int, withdrawn int, total int, returned int, rolled_from text, split_from text, times text
-- pool: slow
select key, name_vi, name_en, answered_on_time, answered_late, open_in_time, open_overdue, no_clock, merged, withdrawn, total, returned,
	rolled_from, split_from, times
from tiepdan.report_sla_rolled(:'from', :'to', :'as_of', :'zone')
