-- Lets notices be sent again to the address that one of them bounced at.
-- in: notice uuid, event uuid, at timestamptz
-- out: done text
select tiepdan.notice_lift(:'notice', :'event', :'at')::text as done
