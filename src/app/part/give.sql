-- The contribution of a co-handling department.
-- in: part uuid, version int, text text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.part_give(:'part', :'version', :'text', :'at', :'event')
