-- All routing rules, for the copy in memory; NULL in kind, category, area means any.
-- in: none
-- out: id int, kind text, category text, area text, department text, valid_from int, valid_to int
-- as: definer
select id, kind, category, area, department, (valid_from - date '1970-01-01')::bigint as valid_from,
	(valid_to - date '1970-01-01')::bigint as valid_to
from tiepdan.route_rule order by id
