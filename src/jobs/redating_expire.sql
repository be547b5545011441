-- Makes a re-dating final whose time to be taken back is over.
-- in: id uuid, worker uuid
-- out: done text
-- as: definer
select tiepdan.redating_expire(:'id', :'worker')::text as done
