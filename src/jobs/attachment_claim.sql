-- The next file to check.
-- in: now timestamptz, lease timestamptz
-- out: id uuid, size int
-- as: definer
select id, size from tiepdan.attachment_claim(:'now', :'lease')
