-- What happened to a ticket, oldest first.
-- in: ticket uuid, after text, limit int
-- out: item text, key text
select json_build_object('id', e.id, 'at', tiepdan.instant(e.at), 'type', e.type,
		'actor', json_build_object('kind', e.actor_kind, 'account', tiepdan.person_named(e.actor)),
		'department', tiepdan.department_named(e.department), 'from', e.from_state, 'to', e.to_state,
		'told', e.public_vi is not null, 'data', tiepdan.event_told(e.id, e.data))::text as item,
	concat_ws('|', e.at, e.id) as key
from tiepdan.event e
where e.ticket = :'ticket' and e.type not in ('ticket.words', 'ticket.recorded') -- for the record alone
	-- Names the partitions to look into; a day is left for clocks of servers that differ.
	and e.at >= coalesce(split_part(:'after', '|', 1)::timestamptz,
		(select filed_at - interval '1 day' from tiepdan.ticket where id = :'ticket'))
	and (e.at, e.id) > (coalesce(split_part(:'after', '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(:'after', '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
order by e.at, e.id limit :'limit' + 1
