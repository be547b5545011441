-- Weekly hours of the versions of load_kept. Row shape of load_hours, with the version.
-- in: none
-- out: calendar text, version int, weekday int, opens int, closes int, valid_from int, valid_to int
-- as: definer
select k.calendar, k.version, tiepdan.weekday_number(h->>'weekday')::bigint as weekday, tiepdan.time_second(h->>'opens')::bigint as opens,
	tiepdan.time_second(h->>'closes')::bigint as closes, ((h->>'valid_from')::date - date '1970-01-01')::bigint as valid_from,
	((h->>'valid_to')::date - date '1970-01-01')::bigint as valid_to
from tiepdan.calendar_kept k, jsonb_array_elements(k.definition->'hours') h
order by 1, 2, 3, 4
