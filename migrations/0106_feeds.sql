-- The feed after a restore, as in 0077, with the search, which need not see each event once but must not miss one, and with the reports.
set local search_path = tiepdan, public;

create or replace function feeds_places() returns setof feed_place language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query select 'notice', xid, id from notice_cursor union all select 'triage', xid, id from triage_cursor
		union all select 'record', xid, id from record_cursor union all select 'search', xid, id from search_cursor;
end $$;
create or replace function feeds_resume() returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_last constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	v_places feed_place[];
	v_until timestamptz;
	v_moved bigint;
begin
	perform from notice_cursor where one for update;
	perform from triage_cursor where one for update;
	perform from record_cursor where one for update;
	perform from search_cursor where one for update;
	if not feeds_foreign() then
		return 0;
	end if;
	v_places := array(select p from feeds_places() p);
	v_until := (select max(at) from event where xid >= feeds_end());
	update event e set xid = p.place
		from (select at, id, feed_unread(v_places, xid, id) as place from event where at <= v_until) p
		where e.at = p.at and e.id = p.id and e.xid <> p.place;
	get diagnostics v_moved = row_count;
	update notice_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update triage_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update record_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update search_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update report_cursor set xid = '0';	-- all anew
	return v_moved;
end $$;
