-- Stores the answer to a new re-dating under the Idempotency-Key that this unit has claimed.
-- in: key bytea, id uuid
-- out: finished text
select tiepdan.once_finish(:'key', 201, (select tiepdan.redating_body(id) from tiepdan.redating where id = :'id'))::text as finished
