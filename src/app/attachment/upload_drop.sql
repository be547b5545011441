-- Nobody wants this upload any more.
-- in: id uuid
-- out: dropped text
-- as: definer
select tiepdan.upload_drop(:'id')::text as dropped
