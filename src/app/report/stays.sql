-- How long tickets stayed, of the stays that ended in the local days from .. to, and how many last now. `seconds` is of all of them together,
-- `times` a histogram: civil/times.h.
-- in: from date, to date, by text, now timestamptz, zone text
-- out: key text, name_vi text, name_en text, ended int, seconds int, times text, lasting int, oldest_s int
-- pool: slow
select key, name_vi, name_en, ended, seconds, times, lasting, oldest_s
from tiepdan.report_stays_now(:'from', :'to', :'by', :'now', :'zone')
