-- Whether somebody who follows the feed has not come to its end: what is added then would hide that. Without `all` only who is told that there
-- is nothing left to look for: the search, which knows what it needs of generated tickets.
-- in: all bool
-- out: unread text
-- as: owner
select (exists (select from (select xid, id, false as tickets from tiepdan.notice_cursor where :'all'
		union all select xid, id, false from tiepdan.triage_cursor where :'all' union all select xid, id, false from tiepdan.alike_cursor where :'all'
		union all select xid, id, false from tiepdan.suggestion_cursor where :'all' union all select xid, id, true from tiepdan.search_cursor) c
	cross join lateral (select from tiepdan.event e where (e.xid, e.id) > (c.xid, c.id) and e.xid < pg_current_xact_id()
		and (e.ticket is not null or not c.tickets) limit 1) e))::text
