-- Cells of the file of a kind, or of all kinds (NULL) one after the other: see sheet.h.
-- in: kind text
-- out: kind text, etag text, value text, is_last bool
-- pool: slow
select kind, etag, value, is_last from tiepdan.configuration_read(:'kind')
