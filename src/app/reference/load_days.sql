-- Exceptions of the calendars, in days since 1970-01-01.
-- in: none
-- out: calendar text, day int, works bool
-- as: definer
select calendar, (day - date '1970-01-01')::bigint as day, works from tiepdan.calendar_day order by calendar, day
