-- Forgets requests about personal data of no ticket after their days.
-- in: now timestamptz, limit int
-- out: gone int
-- as: definer
select tiepdan.data_requests_forget(:'now', :'limit') as gone
