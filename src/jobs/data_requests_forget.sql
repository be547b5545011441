-- Forgets requests about personal data, or who made them, after their days; erases contacts that waited for the end of a ticket.
-- in: now timestamptz, limit int
-- out: gone int
-- as: definer
select tiepdan.data_requests_forget(:'now', :'limit') as gone
