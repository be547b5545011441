-- All calendars, for the copy in memory.
-- in: none
-- out: code text, zone text, version int
-- as: definer
select code, zone, (select max(version) from tiepdan.calendar_version v where v.calendar = code) as version
from tiepdan.calendar order by code
