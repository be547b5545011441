-- All areas, for the copy in memory.
-- in: none
-- out: code text, parent text, valid_from int, valid_to int
-- as: definer
select code, parent, (valid_from - date '1970-01-01')::bigint as valid_from, (valid_to - date '1970-01-01')::bigint as valid_to
from tiepdan.area order by code
