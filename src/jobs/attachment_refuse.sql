-- A file is not taken.
-- in: id uuid, reason text
-- out: done text
-- as: definer
select tiepdan.attachment_refuse(:'id', :'reason')::text as done
