-- Moves what a reorganisation is due to move, and what has come to a department that has ended.
-- in: now timestamptz, limit int
-- out: moved int
-- as: definer
-- pool: slow
select tiepdan.reorganisations_run(:'now', :'limit') as moved
