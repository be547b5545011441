-- Older versions of the calendars that running clocks may have, for the copy in memory. Row shape of load_calendars.
-- in: none
-- out: code text, zone text, version int
-- as: definer
select calendar as code, definition->>'zone' as zone, version from tiepdan.calendar_kept order by calendar, version
