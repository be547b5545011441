-- Uploads that no ticket wanted.
-- in: now timestamptz, limit int
-- out: forgotten int
-- as: definer
select tiepdan.forget_uploads(:'now', :'limit') as forgotten
