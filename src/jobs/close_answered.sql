-- Closes tickets that were answered long ago, a portion at a time.
-- in: now timestamptz, limit int
-- out: closed int
-- as: definer
select tiepdan.close_answered(:'now', :'limit') as closed
