-- Forgets rehearsals that were asked for before this, not more than `limit`.
-- in: before timestamptz, limit int
-- out: forgotten int
-- as: definer
select tiepdan.rehearsal_forget(:'before', :'limit') as forgotten
