-- Some tickets (those that verify_bins.c suspects): what was filed, and what the event of the filing says of it (absent: it is of before that).
-- in: tickets uuid[]
-- out: id uuid, code text, title text, text text, location_text text, content text, event uuid
-- as: owner
select t.id, t.code, t.title, t.text, t.location_text, e.content, e.id as event
from tiepdan.ticket t left join lateral (select e.data->>'content' as content, e.id from tiepdan.event e
	where e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed' limit 1) e on true
where t.id = any (:'tickets') order by t.id
