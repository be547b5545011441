-- Applies a draft, at once or on its day.
-- in: id uuid, version int, at timestamptz, event uuid
-- out: body text, etag text
-- pool: slow
select body, etag from tiepdan.reorganisation_apply(:'id', :'version', :'at', :'event')
