-- The files of a ticket; their number is limited. No row for a ticket that the caller does not see.
-- in: ticket uuid
-- out: body text
select json_build_object('items', (
		select coalesce(json_agg(tiepdan.attachment_item(a) order by a.linked_at, a.id), '[]')
		from tiepdan.attachment a where a.ticket = :'ticket'))::text as body
from tiepdan.ticket t
where t.id = :'ticket'
