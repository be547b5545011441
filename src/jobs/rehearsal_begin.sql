-- Begins a rehearsal: the names of its rules in their order, and the active set that it is compared with.
-- in: id uuid, active uuid, names text[]
-- out: begun bool
-- as: definer
select tiepdan.rehearsal_begin(:'id', :'active', :'names') as begun
