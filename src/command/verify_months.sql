-- The months (UTC) of which there are events or entries, as microseconds since 1970.
-- in: none
-- out: from_us int, until_us int
-- as: owner
select (extract(epoch from m at time zone 'UTC') * 1000000)::bigint as from_us,
	(extract(epoch from (m + interval '1 month') at time zone 'UTC') * 1000000)::bigint as until_us
from (select least((select min(at) from tiepdan.event), (select min(first_at) from tiepdan.record_root)) as least,
		greatest((select max(at) from tiepdan.event), (select max(last_at) from tiepdan.record_root)) as last) x
	cross join lateral generate_series(date_trunc('month', x.least at time zone 'UTC'), x.last at time zone 'UTC', interval '1 month') m
order by m
