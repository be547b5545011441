-- Stores the answer under a key that this unit has claimed.
-- in: key bytea, status int, body text
-- out: finished text
-- as: definer
select tiepdan.once_finish(:'key', :'status', :'body')::text as finished
