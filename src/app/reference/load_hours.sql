-- Weekly hours of the calendars: weekday 0 is Monday, times are seconds of the local day.
-- in: none
-- out: calendar text, weekday int, opens int, closes int
-- as: definer
select calendar, weekday::bigint, opens::bigint, closes::bigint from tiepdan.calendar_hours order by calendar, weekday, opens
