-- The tickets of the citizen who calls, last linked first.
-- in: after text, limit int, now timestamptz, soon timestamptz
-- out: item text, key text
select tiepdan.citizen_ticket_item(l.ticket, :'now', :'soon') as item, concat_ws('|', l.linked_at, l.ticket) as key
from tiepdan.citizen_ticket l
where (:'after'::text is null
		or (l.linked_at, l.ticket) < (split_part(:'after', '|', 1)::timestamptz, split_part(:'after', '|', 2)::uuid))
	and exists (select from tiepdan.ticket t where t.id = l.ticket)
order by l.linked_at desc, l.ticket desc limit :'limit' + 1
