-- Ends a rehearsal that has seen all its tickets.
-- in: id uuid
-- out: finished bool
-- as: definer
select tiepdan.rehearsal_finish(:'id') as finished
