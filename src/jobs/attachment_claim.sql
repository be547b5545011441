-- The next file to check, for so long by the clock of the database, which all servers share.
-- in: lease_ms int
-- out: id uuid, size int, attempt int
-- as: definer
select id, size, attempt from tiepdan.attachment_claim(clock_timestamp(), clock_timestamp() + :'lease_ms' * interval '1 millisecond')
