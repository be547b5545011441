-- What came, went and was left: `what` is row (of a key), total or day; the days are from .. to, none of them to come, and with a key they are of
-- that alone. A key that nobody knows has a row without names.
-- in: from date, to date, by text, key text, now timestamptz, zone text
-- out: what text, key text, name_vi text, name_en text, first text, last text, filed int, came int, reopened int, answered int, refused int,
-- withdrawn int, merged int, passed int, open int, overdue int
-- pool: slow
select what, key, name_vi, name_en, first::text as first, last::text as last, filed, came, reopened, answered, refused, withdrawn, merged, passed,
	open, overdue
from tiepdan.report_backlog_now(:'from', :'to', :'by', :'key', :'now', :'zone')
