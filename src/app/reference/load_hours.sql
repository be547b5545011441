-- Weekly hours of the calendars: weekday 0 is Monday, times are seconds of the local day, days count from 1970-01-01.
-- in: none
-- out: calendar text, weekday int, opens int, closes int, valid_from int, valid_to int
-- as: definer
select calendar, weekday::bigint, opens::bigint, closes::bigint, (valid_from - date '1970-01-01')::bigint as valid_from,
	(valid_to - date '1970-01-01')::bigint as valid_to
from tiepdan.calendar_hours order by calendar, weekday, opens
