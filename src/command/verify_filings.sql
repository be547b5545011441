-- Some tickets (those that verify_bins.c suspects): what was filed, and what the event of the filing says of it (absent: it is of before that),
-- whether an event says that it was destroyed, whether it is, since then, and whether it is marked as destroyed at all.
-- in: tickets uuid[]
-- out: id uuid, code text, title text, text text, location_text text, content text, event uuid, said_destroyed bool, destroyed bool, dead bool
-- as: owner
select t.id, t.code, t.title, t.text, t.location_text, e.content, e.id as event, d.at is not null as said_destroyed,
	coalesce(d.at = t.destroyed_at and t.title = '' and t.text = '' and t.location_text is null, false) as destroyed,
	t.destroyed_at is not null as dead
from tiepdan.ticket t left join lateral (select e.data->>'content' as content, e.id from tiepdan.event e
	where e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed' limit 1) e on true
	left join lateral (select max(d.at) as at from tiepdan.event d where d.ticket = t.id and d.type = 'ticket.destroyed') d on true
where t.id = any (:'tickets') order by t.id
