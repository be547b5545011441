-- All departments, for the copy in memory. Days count from 1970-01-01; valid_to is the first day on which it is gone.
-- NULL as calendar: that of the parent.
-- in: none
-- out: id int, code text, name_vi text, name_en text, parent int, area text, governs bool, hub bool, calendar text,
-- valid_from int, valid_to int, successor int
-- as: definer
select id, code, name_vi, name_en, parent, area, governs, hub, calendar, (valid_from - date '1970-01-01')::bigint as valid_from,
	(valid_to - date '1970-01-01')::bigint as valid_to, successor
from tiepdan.department order by code
