-- Gives up a reorganisation that has not moved anything.
-- in: id uuid, version int, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.reorganisation_drop(:'id', :'version', :'at', :'event')
