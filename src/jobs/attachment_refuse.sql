-- A file is not taken.
-- in: id uuid, attempt int, reason text
-- out: ended bool
-- as: definer
select tiepdan.attachment_refuse(:'id', :'attempt', :'reason') as ended
