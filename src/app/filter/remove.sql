-- Removes a filter of the caller's.
-- in: id uuid, version int
-- out: removed text
select tiepdan.filter_remove(:'id', :'version')::text as removed
