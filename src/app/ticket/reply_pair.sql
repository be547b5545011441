-- The texts of two versions of the reply, the later one and the one that it is compared with: the version before unless one is
-- named, nothing before the first. No row: one of them does not exist.
-- in: ticket uuid, version int, from int
-- out: from_version int, before text, after text
select coalesce(o.version, 0)::bigint as from_version, coalesce(o.text, '') as before, r.text as after
from tiepdan.reply r left join tiepdan.reply o on o.ticket = r.ticket and o.version = coalesce(:'from', r.version - 1)
where r.ticket = :'ticket' and r.version = :'version'
	and (o.version is not null or (r.version = 1 and :'from'::bigint is null))
