-- Departments as the public sees them, by code; those valid on a day when one is given.
-- in: valid_on date, after text, limit int
-- out: item text, key text
select json_build_object('code', d.code, 'name_vi', d.name_vi, 'name_en', d.name_en, 'kind', d.kind, 'parent', p.code,
		'area', d.area, 'valid_from', d.valid_from, 'valid_to', d.valid_to, 'successor', s.code)::text as item, d.code as key
from tiepdan.department d left join tiepdan.department p on p.id = d.parent left join tiepdan.department s on s.id = d.successor
where d.code > coalesce(:'after', '') and (:'valid_on' is null
	or (:'valid_on' >= coalesce(d.valid_from, '-infinity') and :'valid_on' < coalesce(d.valid_to, 'infinity')))
order by d.code limit :'limit' + 1
