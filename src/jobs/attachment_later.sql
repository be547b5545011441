-- A file could not be checked just now.
-- in: id uuid, until timestamptz
-- out: done text
-- as: definer
select tiepdan.attachment_later(:'id', :'until')::text as done
