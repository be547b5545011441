-- Ends a delegation.
-- in: id uuid
-- out: done text
select tiepdan.delegation_end(:'id')::text as done
