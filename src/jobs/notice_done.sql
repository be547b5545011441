-- Says what became of an attempt to send a notice.
-- in: id uuid, attempt int, state text, counts bool, error text, next timestamptz, now timestamptz
-- out: done int
-- as: definer
select tiepdan.notice_done(:'id', :'attempt', :'state', :'counts', :'error', :'next', :'now') as done
