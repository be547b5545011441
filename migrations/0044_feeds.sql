-- The feed of events after a restore. Places in it are transaction ids of one cluster; in a database that was dumped and restored
-- into another one, what is new has small ids, and followers whose cursor came along would never see it.
set local search_path = tiepdan, public;

-- As in 0005, but events of another cluster can be given a place before all transactions of this one.
create or replace function event_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_xid xid8;
begin
	if tg_op = 'UPDATE' then
		v_xid := new.xid;
		new.xid := old.xid;
		if new is not distinct from old and v_xid < '3' then
			new.xid := v_xid;
			return new;
		end if;
	end if;
	raise exception 'events are never changed' using errcode = 'restrict_violation';
end $$;

-- The first place that this cluster has not come to: what the caller sees and others have written is before it.
create function feeds_end() returns xid8 language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return greatest(pg_snapshot_xmax(pg_current_snapshot()), (pg_current_xact_id_if_assigned()::text::bigint + 1)::text::xid8);
end $$;
-- Whether there are places from there on.
create function feeds_foreign() returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_end xid8 := feeds_end();
begin
	return exists (select from event where xid >= v_end) or exists (select from notice_cursor where xid > v_end)
		or exists (select from triage_cursor where xid > v_end);
end $$;

-- Gives the events of another cluster new places, so that each follower goes on where it was: 0 for what both have read, 1 for what
-- one of them has, 2 for the rest. Transactions are numbered from 3 on. Which events came along is told by their time: those until
-- the last one with a place that this cluster has not come to. Returns how many were moved.
create function feeds_resume() returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_notice notice_cursor;
	v_triage triage_cursor;
	v_until timestamptz;
	v_last uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	v_moved bigint;
begin
	select * into strict v_notice from notice_cursor where one for update;
	select * into strict v_triage from triage_cursor where one for update;
	if not feeds_foreign() then
		return 0;
	end if;
	v_until := (select max(at) from event where xid >= feeds_end());
	update event e set xid = p.place
		from (select at, id, (((xid, id) > (v_notice.xid, v_notice.id))::int
				+ ((xid, id) > (v_triage.xid, v_triage.id))::int)::text::xid8 as place from event where at <= v_until) p
		where e.at = p.at and e.id = p.id and e.xid <> p.place;
	get diagnostics v_moved = row_count;
	update notice_cursor set id = v_last,
		xid = case when (v_notice.xid, v_notice.id) >= (v_triage.xid, v_triage.id) then '1' else '0' end::xid8;
	update triage_cursor set id = v_last,
		xid = case when (v_triage.xid, v_triage.id) >= (v_notice.xid, v_notice.id) then '1' else '0' end::xid8;
	return v_moved;
end $$;
comment on function feeds_resume is 'tiepdan migrate runs it; tiepdan doctor says when it is wanted';

revoke execute on function feeds_end, feeds_foreign, feeds_resume from public;
