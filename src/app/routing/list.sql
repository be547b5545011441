-- Sets of routing rules without their texts, the newest first, as a page.
-- in: after text, limit int
-- out: item text, key text
select tiepdan.rule_set_item(s)::text as item, s.number::text as key
from tiepdan.rule_set s
where s.purpose = 'routing' and s.number < coalesce(:'after'::int, 2147483647)
order by s.number desc limit :'limit'::bigint + 1
