-- What the trust that people put into it needs: the record waits for nobody and knows what is restricted.
set local search_path = tiepdan, public;

-- --- the record ------------------------------------------------------------------------------------------------------------------

-- The sealer waited for every transaction that was open, as a follower of the feed does that reads by (xid, id) alone: one long
-- statement of any other job held the roots of all events that came after it began. It passes open transactions now, notes which they
-- are, and takes their events when they have ended.
create table record_passed (
	xid xid8 not null,
	id  uuid not null default '00000000-0000-0000-0000-000000000000',
	constraint record_passed_pk primary key (xid)
);
comment on table record_passed is 'Transactions before the cursor of the record that were open when it passed them.';
comment on column record_passed.id is 'up to which of their events they are under roots since they have ended';
comment on table record_cursor is 'The last event of the feed that is under a root, but for those of record_passed. It moves in the transaction that stores the root.';

-- The events of transactions that have ended and are under no root, in the order of the feed. What is of another cluster
-- (feeds_foreign()) has no place in it.
create function record_waiting(p_limit bigint) returns table (xid xid8, id uuid, at timestamptz, hash bytea)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
begin
	return query
	select w.xid, w.id, w.at, w.hash from (
		(select e.* from record_passed p cross join lateral (select xid, id, at, hash from event e where e.xid = p.xid and e.id > p.id
			order by e.id limit p_limit) e where pg_visible_in_snapshot(p.xid, pg_current_snapshot()))
		union all
		(select e.* from record_cursor c cross join lateral (select xid, id, at, hash from event e where (e.xid, e.id) > (c.xid, c.id)
			and e.xid < pg_snapshot_xmax(pg_current_snapshot()) order by e.xid, e.id limit p_limit) e)) w
	order by w.xid, w.id limit p_limit;
end $$;

-- They with the root before theirs (number 0: none), and with the transactions that were open (seen).
drop function record_next(bigint);
create function record_next(p_limit bigint) returns table (number bigint, at_ms bigint, events bigint, root bytea, previous bytea, kid text,
	signature bytea, seen text, xid text, id uuid, at_us bigint, hash bytea)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
begin
	return query
	select coalesce(r.number, 0), (extract(epoch from r.at) * 1000)::bigint, r.events::bigint, r.root, r.previous, r.kid, r.signature,
		pg_current_snapshot()::text, w.xid::text, w.id, (extract(epoch from w.at) * 1000000)::bigint, w.hash
	from record_waiting(p_limit) w left join lateral (select * from record_root order by number desc limit 1) r on true
	order by w.xid, w.id;
end $$;
-- Stores a root over all that waits up to p_xid, p_id, as of the moment p_seen. Nothing when somebody else has sealed since, an error when the
-- last root is not the one that it names. Returns how many they were.
drop function record_store(text, uuid, text, uuid, bigint, timestamptz, bigint, bigint, bigint, bytea, bytea, bytea, text, bytea, bytea);
create function record_store(p_seen text, p_xid text, p_id uuid, p_number bigint, p_at timestamptz, p_events bigint, p_first_us bigint,
	p_last_us bigint, p_root bytea, p_previous bytea, p_chain bytea, p_kid text, p_signature bytea, p_entries bytea)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_seen constant pg_snapshot := p_seen;
	v_last constant xid8 := p_xid;
	v_cursor record_cursor;
	v_number bigint;
	v_chain bytea;
begin
	select * into strict v_cursor from record_cursor where one for update;
	select number, chain into v_number, v_chain from record_root order by number desc limit 1;
	if p_number <= v_number then
		return 0;
	end if;
	if p_number <> coalesce(v_number, 0) + 1 or p_previous <> coalesce(v_chain, decode(repeat('00', 32), 'hex')) then
		raise exception 'this is not the root behind the last one';
	end if;
	-- Of those that were passed and had ended, all before the last one are under this root. From the cursor to it some were open.
	delete from record_passed where xid < v_last and pg_visible_in_snapshot(xid, v_seen);
	update record_passed set id = p_id where xid = v_last;
	insert into record_passed (xid) select x from pg_snapshot_xip(v_seen) x where x > v_cursor.xid and x < v_last
		on conflict do nothing;
	update record_cursor set xid = v_last, id = p_id where one and (xid, id) < (v_last, p_id);
	insert into record_root (number, at, events, first_at, last_at, root, previous, chain, kid, signature, entries)
	values (p_number, p_at, p_events, timestamptz 'epoch' + p_first_us * interval '1 us', timestamptz 'epoch' + p_last_us * interval '1 us',
		p_root, p_previous, p_chain, p_kid, p_signature, p_entries);
	return p_events;
end $$;

-- After a restore, as in 0106. A place is odd now, and one less for an event that the record has passed: the others have read it or not as
-- before, and for the record all of such places are passed.
create or replace function feed_unread(p_places feed_place[], p_xid xid8, p_id uuid) returns xid8 language sql immutable parallel safe as $$
	select (2 * count(*) + 1)::text::xid8 from unnest(p_places) p where (p.xid, p.id) < (p_xid, p_id)
$$;
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
		from (select f.at, f.id, case when p.xid is null then feed_unread(v_places, f.xid, f.id)
				else (feed_unread(v_places, f.xid, f.id)::text::bigint - 1)::text::xid8 end as place
			from event f left join record_passed p on p.xid = f.xid and p.id < f.id where f.at <= v_until) p
		where e.at = p.at and e.id = p.id and e.xid <> p.place;
	get diagnostics v_moved = row_count;
	delete from record_passed;
	insert into record_passed (xid) select (2 * n)::text::xid8 from generate_series(0, cardinality(v_places)) n;
	update notice_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update triage_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update record_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update search_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update report_cursor set xid = '0';	-- all anew
	return v_moved;
end $$;

-- --- what is restricted is under the record ----------------------------------------------------------------------------------------

-- As in 0079, with whether the data of the ticket are restricted: each restriction that begins or ends makes another version of it.
create or replace function ticket_stands(t ticket) returns jsonb language sql stable parallel safe as $$
	select jsonb_strip_nulls(jsonb_build_object('version', t.version, 'state', t.state, 'holder', t.holder, 'person', t.person, 'policy', t.policy,
		'returns', t.returns, 'kind', t.kind, 'category', t.category, 'area', t.area, 'level', t.level, 'visibility', t.visibility,
		'sight', t.sight, 'outcome', t.outcome, 'restricted', nullif(t.restricted, false),
		'answered_us', (extract(epoch from t.answered_at) * 1000000)::bigint))
$$;

-- Of what is restricted now no event says it yet.
update ticket set restricted = false where id in (select ticket from ticket_restriction where what = 'data');
update ticket set restricted = true, version = version + 1 where id in (select ticket from ticket_restriction where what = 'data');
select event_write(gen_random_uuid(), now(), t.id, 'data.restricted', 'job', null, t.holder, null, null, null, null, '{"what": ["data"]}')
	from ticket_restriction r join ticket t on t.id = r.ticket where r.what = 'data';

-- --- who reads it ----------------------------------------------------------------------------------------------------------------

revoke all on record_passed from public;
revoke execute on function record_waiting, record_next, record_store from public;
grant execute on function record_next, record_store to tiepdan_app, tiepdan_job;
