-- Calendars as the public sees them, by code, with their newest version.
-- in: after text, limit int
-- out: item text, key text
select json_build_object('code', code, 'name_vi', name_vi, 'name_en', name_en, 'zone', zone,
		'version', (select max(version) from tiepdan.calendar_version v where v.calendar = code))::text as item, code as key
from tiepdan.calendar where code > coalesce(:'after', '') order by code limit :'limit' + 1
