-- Keeps the answer to a new set under the Idempotency-Key that this unit has claimed; `told`: its members behind those of the set.
-- in: key bytea, id uuid, told text
-- out: kept bool
select tiepdan.rule_set_made(:'key', :'id', :'told') as kept
