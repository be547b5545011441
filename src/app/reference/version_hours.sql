-- Weekly hours of a calendar in one of its versions (NULL: the newest). Row shape of load_hours.
-- in: calendar text, version int
-- out: calendar text, weekday int, opens int, closes int, valid_from int, valid_to int
-- as: definer
select v.calendar, tiepdan.weekday_number(h->>'weekday')::bigint as weekday, tiepdan.time_second(h->>'opens')::bigint as opens,
	tiepdan.time_second(h->>'closes')::bigint as closes, ((h->>'valid_from')::date - date '1970-01-01')::bigint as valid_from,
	((h->>'valid_to')::date - date '1970-01-01')::bigint as valid_to
from tiepdan.calendar_version v, jsonb_array_elements(v.definition->'hours') h
where v.calendar = :'calendar'
	and v.version = coalesce(:'version', (select max(version) from tiepdan.calendar_version where calendar = v.calendar))
order by 1, 2, 3
