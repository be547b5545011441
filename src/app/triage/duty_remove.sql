-- Ends a duty, or drops one that has not begun.
-- in: id uuid, at timestamptz
-- out: written text
select tiepdan.duty_remove(:'id', :'at')::text as written
