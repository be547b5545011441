-- An event for each request about personal data whose next reply is due by `soon`, once for a due point.
-- in: now timestamptz, soon timestamptz, limit int
-- out: warned int
-- as: definer
select tiepdan.data_requests_warn(:'now', :'soon', :'limit') as warned
