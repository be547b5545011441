-- Stores the answer to a new draft under the Idempotency-Key that this unit has claimed.
-- in: key bytea, id uuid
-- out: finished text
select tiepdan.once_finish(:'key', 201, (select tiepdan.reorganisation_body(r) from tiepdan.reorganisation r where r.id = :'id'))::text
	as finished
