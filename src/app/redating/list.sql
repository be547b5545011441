-- Re-datings, the newest first, as a page.
-- in: after text, limit int
-- out: item text, key text
select tiepdan.redating_body(id) as item, concat_ws('|', asked_at, id) as key
from tiepdan.redating
where (asked_at, id) < (coalesce(split_part(:'after', '|', 1)::timestamptz, 'infinity'),
	coalesce(split_part(:'after', '|', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
order by asked_at desc, id desc limit :'limit'::bigint + 1
