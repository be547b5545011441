-- Exceptions of a calendar in one of its versions (NULL: the newest). Row shape of load_days.
-- in: calendar text, version int
-- out: calendar text, day int, works bool, weekday int, hours text, name_vi text, name_en text, source text, note text
-- as: definer
select v.calendar, ((d->>'day')::date - date '1970-01-01')::bigint as day, (d->>'works')::boolean as works,
	tiepdan.weekday_number(d->>'weekday')::bigint as weekday, tiepdan.hours_seconds(tiepdan.hours_of_text(d->>'hours')) as hours,
	d->>'name_vi' as name_vi, d->>'name_en' as name_en, d->>'source' as source, d->>'note' as note
from tiepdan.calendar_version v, jsonb_array_elements(v.definition->'days') d
where v.calendar = :'calendar'
	and v.version = coalesce(:'version', (select max(version) from tiepdan.calendar_version where calendar = v.calendar))
order by 1, 2
