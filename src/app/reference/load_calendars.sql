-- All calendars, for the copy in memory.
-- in: none
-- out: code text, zone text
-- as: definer
select code, zone from tiepdan.calendar order by code
