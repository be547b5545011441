-- Whether somebody who follows the feed has not come to its end: what is added then would hide that.
-- in: none
-- out: unread text
-- as: owner
select (exists (select from (select xid, id from tiepdan.notice_cursor union all select xid, id from tiepdan.triage_cursor
		union all select xid, id from tiepdan.alike_cursor union all select xid, id from tiepdan.suggestion_cursor) c
	cross join lateral (select from tiepdan.event e where (e.xid, e.id) > (c.xid, c.id) and e.xid < pg_current_xact_id() limit 1) e))::text
