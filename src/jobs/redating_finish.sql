-- Compares the slots and counts what moves. False: there are clocks to do again.
-- in: id uuid, worker uuid
-- out: finished bool
-- as: definer
-- pool: slow
select tiepdan.redating_finish(:'id', :'worker') as finished
