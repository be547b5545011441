-- All versions of the reply to a ticket, oldest first.
-- in: ticket uuid, after text, limit int
-- out: item text, key text
select json_build_object('id', r.id, 'version', r.version, 'at', tiepdan.instant(r.at), 'state', r.state, 'text', r.text,
		'author', tiepdan.person_named(r.author),
		'approved_by', case r.state when 'published' then tiepdan.person_named(r.decided_by) end,
		'published_at', case r.state when 'published' then tiepdan.instant(r.decided_at) end,
		'reviews', tiepdan.reply_reviews_of(r.ticket, r.version),
		'review_requests', tiepdan.review_requests_of(r.ticket, r.version))::text as item,
	r.version::text as key
from tiepdan.reply r
where r.ticket = :'ticket' and r.version > coalesce(:'after', '0')::int
order by r.version limit :'limit' + 1
