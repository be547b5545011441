-- Empties the slot for the new dates; from now on everybody writes to it. False: not by this version of the data;
-- NULL: somebody uses it.
-- in: id uuid, worker uuid, reference text
-- out: begun bool
-- as: definer
-- pool: slow
select tiepdan.redating_begin(:'id', :'worker', :'reference') as begun
