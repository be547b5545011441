-- Reorganisations, the newest first, as a page.
-- in: after text, limit int
-- out: item text, key text
select tiepdan.reorganisation_body(r) as item, concat_ws('|', r.made_at, r.id) as key
from tiepdan.reorganisation r
where (r.made_at, r.id) < (coalesce(split_part(:'after', '|', 1)::timestamptz, 'infinity'),
	coalesce(split_part(:'after', '|', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
order by r.made_at desc, r.id desc limit :'limit'::bigint + 1
