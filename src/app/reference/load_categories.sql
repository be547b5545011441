-- All categories, for the copy in memory.
-- in: none
-- out: code text, parent text, department text, level text, visibility text, valid_from int, valid_to int
-- as: definer
select code, parent, department, level, visibility, (valid_from - date '1970-01-01')::bigint as valid_from,
	(valid_to - date '1970-01-01')::bigint as valid_to
from tiepdan.category order by code
