-- Areas as the public sees them, by code; those valid on a day when one is given.
-- in: valid_on date, after text, limit int
-- out: item text, key text
select json_build_object('code', code, 'name_vi', name_vi, 'name_en', name_en, 'kind', kind, 'parent', parent,
		'point', case when lon is not null then json_build_object('lon', lon, 'lat', lat) end,
		'valid_from', valid_from, 'valid_to', valid_to)::text as item, code as key
from tiepdan.area
where code > coalesce(:'after', '') and (:'valid_on' is null
	or (:'valid_on' >= coalesce(valid_from, '-infinity') and :'valid_on' < coalesce(valid_to, 'infinity')))
order by code limit :'limit' + 1
