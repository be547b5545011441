-- Removes a filter of the caller's.
-- in: id uuid
-- out: removed text
select tiepdan.filter_remove(:'id')::text as removed
