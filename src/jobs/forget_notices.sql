-- Forgets old rows of the delivery log, a portion at a time.
-- in: now timestamptz, limit int
-- out: gone int
-- as: definer
select tiepdan.forget_notices(:'now', :'limit') as gone
