-- Exceptions of the calendars, in days since 1970-01-01; hours of the day alone as in '28800-43200 46800-54000'.
-- in: none
-- out: calendar text, day int, works bool, weekday int, hours text, name_vi text, name_en text, source text, note text
-- as: definer
select calendar, (day - date '1970-01-01')::bigint as day, works, weekday::bigint, tiepdan.hours_seconds(hours) as hours, name_vi, name_en,
	source, note
from tiepdan.calendar_day order by calendar, day
