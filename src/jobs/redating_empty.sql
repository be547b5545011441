-- Throws away the dates that are kept no longer.
-- in: id uuid, worker uuid
-- out: done text
-- as: definer
select tiepdan.redating_empty(:'id', :'worker')::text as done
