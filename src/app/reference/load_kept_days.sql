-- Exceptions of the versions of load_kept. Row shape of load_days, with the version; without names, which only explanations tell.
-- in: none
-- out: calendar text, version int, day int, works bool, weekday int, hours text, name_vi text, name_en text, source text
-- as: definer
select k.calendar, k.version, ((d->>'day')::date - date '1970-01-01')::bigint as day, (d->>'works')::boolean as works,
	tiepdan.weekday_number(d->>'weekday')::bigint as weekday, tiepdan.hours_seconds(tiepdan.hours_of_text(d->>'hours')) as hours,
	null::text as name_vi, null::text as name_en, null::text as source
from tiepdan.calendar_kept k, jsonb_array_elements(k.definition->'days') d
order by 1, 2, 3
