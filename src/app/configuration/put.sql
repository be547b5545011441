-- Brings rows of a kind in: a whole file, or (`some`) only what is named; a trial changes nothing. Faults have a line and a message,
-- and where one cell is meant its name; else there is one row with the differences.
-- in: kind text, version int, rows jsonb, some bool, dry_run bool
-- out: line int, name text, message_vi text, message text, body text, etag text
-- pool: slow
select line, substring(message from '^([a-z][a-z0-9_]*): ') as name, tiepdan.import_told_vi(message) as message_vi, message, body, etag
from tiepdan.configuration_put(:'kind', :'version', :'rows', :'some', :'dry_run')
