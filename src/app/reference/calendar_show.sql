-- A calendar with its hours and exceptions in one of its versions (NULL: the newest).
-- in: calendar text, version int
-- out: body text, etag text
select (jsonb_build_object('code', c.code, 'name_vi', c.name_vi, 'name_en', c.name_en, 'version', v.version,
		'made_at', tiepdan.instant(v.made_at)) || v.definition)::text as body, v.version::text as etag
from tiepdan.calendar c join tiepdan.calendar_version v on v.calendar = c.code
where c.code = :'calendar' and v.version = coalesce(:'version', (select max(version) from tiepdan.calendar_version where calendar = c.code))
