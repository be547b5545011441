-- The alarms of a ticket's clocks that have fired, oldest first.
-- in: ticket uuid, after text, limit int
-- out: item text, key text
select json_build_object('event', a.event, 'type', e.type, 'clock', a.kind, 'round', a.round, 'level', a.level,
		'due_at', tiepdan.instant(a.due_at), 'fired_at', tiepdan.instant(a.fired_at), 'audiences', e.data->'audiences')::text as item,
	concat_ws('|', a.fired_at, a.event) as key
from tiepdan.alarm a join tiepdan.event e on e.at = a.fired_at and e.id = a.event
where a.ticket = :'ticket'
	and (a.fired_at, a.event) > (coalesce(split_part(:'after', '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(:'after', '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
order by a.fired_at, a.event limit :'limit' + 1
