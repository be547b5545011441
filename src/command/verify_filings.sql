-- Some tickets (those that verify_bins.c suspects): what was filed, and what the event of the filing says of it (absent: it is of before that), and
-- the event that says that it was destroyed.
-- in: tickets uuid[]
-- out: id uuid, code text, title text, text text, location_text text, content text, event uuid, destroyed uuid
-- as: owner
select t.id, t.code, t.title, t.text, t.location_text, e.content, e.id as event, (select d.id from tiepdan.event d
	where d.ticket = t.id and d.at = t.destroyed_at and d.type = 'ticket.destroyed' limit 1) as destroyed
from tiepdan.ticket t left join lateral (select e.data->>'content' as content, e.id from tiepdan.event e
	where e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed' limit 1) e on true
where t.id = any (:'tickets') order by t.id
