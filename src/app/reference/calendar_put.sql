-- Puts rows in the place of a calendar's hours and exceptions (NULL: these stay); a trial changes nothing. Faults have a
-- line and a message, else there is one row with the difference.
-- in: calendar text, version int, hours jsonb, days jsonb, dry_run bool, event uuid
-- out: line int, message_vi text, message text, body text, etag text
-- pool: slow
select line, tiepdan.import_told_vi(message) as message_vi, message, body, etag
from tiepdan.calendar_put(:'calendar', :'version', :'hours', :'days', :'dry_run', :'event')
