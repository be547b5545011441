-- Lets some tickets of before say how they stand.
-- in: now timestamptz, limit int
-- out: walked int
-- as: definer
select tiepdan.record_walk_on(:'now', :'limit') as walked
