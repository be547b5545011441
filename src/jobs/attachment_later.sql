-- A file could not be checked just now.
-- in: id uuid, attempt int, after_ms int
-- out: ended bool
-- as: definer
select tiepdan.attachment_later(:'id', :'attempt', clock_timestamp() + :'after_ms' * interval '1 millisecond') as ended
