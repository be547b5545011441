-- A part as the department that was asked for it sees it.
-- in: part uuid
-- out: body text, etag text
select body, etag from tiepdan.part_show(:'part')
