-- Where pieces of roots of a size begin, each with the latest event under it (microseconds since 1970).
-- in: size int
-- out: first int, last_us int
-- as: owner
select (number - 1) / :'size'::bigint * :'size'::bigint + 1 as first, (extract(epoch from max(last_at)) * 1000000)::bigint as last_us
from tiepdan.record_root group by 1 order by 1
