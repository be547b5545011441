-- Lets a notice that failed be sent again.
-- in: notice uuid, event uuid, at timestamptz
-- out: done text
select tiepdan.notice_retry(:'notice', :'event', :'at')::text as done
