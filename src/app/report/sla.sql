-- The 2x2 over tickets filed in the local days from .. to, as of an instant; the last row, with key NULL, is the total. `times` is a
-- histogram: civil/times.h.
-- in: from date, to date, by text, as_of timestamptz, zone text
-- out: key text, name_vi text, name_en text, answered_on_time int, answered_late int, open_in_time int, open_overdue int,
-- no_clock int, merged int, withdrawn int, total int, returned int, times text
-- pool: slow
select key, name_vi, name_en, answered_on_time, answered_late, open_in_time, open_overdue, no_clock, merged, withdrawn, total, returned, times
from tiepdan.report_sla_now(:'from', :'to', :'by', :'as_of', :'zone')
