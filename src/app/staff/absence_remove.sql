-- Takes back an absence, or ends one that has begun.
-- in: id uuid, at timestamptz, event uuid
-- out: removed text
select tiepdan.absence_remove(:'id', :'at', :'event')::text as removed
