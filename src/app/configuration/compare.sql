-- What files, an array of {kind, rows}, would change; changes nothing. Faults have the place of the file, a line and a message.
-- in: files jsonb
-- out: file int, line int, message_vi text, message text, body text
-- pool: slow
select file, line, tiepdan.import_told_vi(message) as message_vi, message, body from tiepdan.configuration_compare(:'files')
