-- The cells of the file of one kind of reference data, or of all kinds (NULL): see app/configuration/sheet.h.
-- in: kind text
-- out: kind text, etag text, value text, is_last bool
-- as: owner
select kind, etag, value, is_last from tiepdan.configuration_sheet(:'kind')
