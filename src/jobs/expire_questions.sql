-- Ends questions that the citizen did not answer in time, a portion at a time.
-- in: now timestamptz, limit int
-- out: expired int
-- as: definer
select tiepdan.questions_expire(:'now', :'limit') as expired
