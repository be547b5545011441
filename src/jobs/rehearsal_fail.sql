-- Ends a rehearsal that cannot be carried out.
-- in: id uuid, fault text
-- out: failed bool
-- as: definer
select tiepdan.rehearsal_fail(:'id', :'fault') as failed
