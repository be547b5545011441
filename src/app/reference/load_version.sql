-- The version of the reference data: changes with every import; and the number of the city's own rules that dates are counted by.
-- in: none
-- out: version text, parts_days int
-- as: definer
select v.version::text as version, s.value::bigint as parts_days
from tiepdan.reference_version v, tiepdan.setting s where s.name = 'parts_days'
