-- A part is not needed any more.
-- in: part uuid, version int, reason text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.part_cancel(:'part', :'version', :'reason', :'at', :'event')
