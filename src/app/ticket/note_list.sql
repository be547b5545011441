-- The internal notes of a ticket, oldest first.
-- in: ticket uuid, after text, limit int
-- out: item text, key text
select json_build_object('id', n.id, 'at', tiepdan.instant(n.at), 'author', tiepdan.person_named(n.author),
		'department', tiepdan.department_named(n.department), 'text', n.text)::text as item,
	concat_ws('|', n.at, n.id) as key
from tiepdan.note n
where n.ticket = :'ticket'
	and (n.at, n.id) > (coalesce(split_part(:'after', '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(:'after', '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
order by n.at, n.id limit :'limit' + 1
