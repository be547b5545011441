-- All bytes of an upload are on the disk.
-- in: id uuid, size int, name text
-- out: completed text
-- as: definer
select tiepdan.upload_complete(:'id', :'size', :'name')::text as completed
