-- It is not for the department that was asked.
-- in: part uuid, version int, reason text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.part_decline(:'part', :'version', :'reason', :'at', :'event')
