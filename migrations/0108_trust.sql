-- What the trust that people put into it needs: the record waits for nobody, knows what is restricted, and nobody else learns
-- from that.
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

-- They with the root before theirs (number 0: none), and with the transactions that were open (seen). Servers of before seal by record_next() and
-- the other record_store(), which leave to those to come what was passed.
create function record_leaves(p_limit bigint) returns table (number bigint, at_ms bigint, events bigint, root bytea, previous bytea, kid text,
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
	-- Somebody else has sealed, or feeds_resume() has given the events other places.
	if p_number <= v_number or not exists (select from event where xid = v_last and id = p_id) then
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

-- --- what is restricted is only stored -------------------------------------------------------------------------------------------

-- Nobody looks for others like it, learns from it, or tries rules with it (Law 91/2025/QH15, restriction of processing). Who follows the feed passes
-- it over, and what they had made of it before is gone when the restriction begins; when it ends they read it again. Who decides the ticket finds
-- it by its code and in the lists, as row security shows it, and nobody by its words.

-- As in 0064; what was restricted comes again when that has ended.
create or replace function alike_next(p_now timestamptz, p_limit bigint)
returns table (after_xid text, after_id uuid, xid text, id uuid, ticket uuid, title text, text text, place text, area_name text,
	lon_e6 bigint, lat_e6 bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	c alike_cursor;
begin
	select * into c from alike_cursor;
	if c.xid > feeds_end() then
		c.xid := '0';
		c.id := '00000000-0000-0000-0000-000000000000';
	end if;
	return query
	select c.xid::text, c.id, e.xid::text, e.id, t.id, t.title, t.text, t.location_text, a.name_vi, (t.lon * 1e6)::bigint, (t.lat * 1e6)::bigint
	from (select xid, id, type, ticket from event e where (e.xid, e.id) > (c.xid, c.id)
			and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit p_limit) e
		left join lateral (select k.* from ticket k where k.id = e.ticket and e.type in ('ticket.filed', 'data.unrestricted')
				and not k.restricted and k.filed_at > alike_since(p_now)
			and (select merges from sight where code = k.sight)
			and not exists (select from ticket_merge m where m.ticket = k.id and m.kind = 'joined') offset 0) t on true
		left join area a on a.code = t.area
	order by e.xid, e.id;
end $$;
-- As in 0086.
create or replace function alike_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_cells bigint[],
	p_matters bigint[], p_marks text[], p_signatures bytea[], p_key_tickets uuid[], p_keys bigint[], p_now timestamptz, p_names bigint[]) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update alike_cursor set xid = p_xid::xid8, id = p_id
		where one and ((xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000')) or xid > feeds_end());
	if not found then
		return 0;
	end if;
	with keys as (
		select ticket, array_agg(distinct key) as keys from unnest(p_key_tickets, p_keys) k (ticket, key) group by ticket
	), made as (
		insert into ticket_alike (ticket, filed_at, area, category, family, urgent, lon, lat, cell, matters, marks, signature, keys, names)
		select t.id, t.filed_at, t.area, t.category, coalesce(c.parent, c.code), t.level = 'urgent', t.lon, t.lat,
			case when t.lon is not null then i.cell end, i.matters, i.marks, i.signature, coalesce(k.keys, '{}'), i.names
		from unnest(p_tickets, p_cells, p_matters, p_marks, p_signatures, p_names) i (ticket, cell, matters, marks, signature, names)
			join ticket t on t.id = i.ticket and not t.restricted and t.destroyed_at is null join category c on c.code = t.category left join keys k on k.ticket = i.ticket
		on conflict do nothing returning ticket, filed_at, keys)
	insert into ticket_alike_key (key, filed_at, ticket) select unnest(keys), filed_at, ticket from made on conflict do nothing;
	perform alike_recount(array(select distinct e.ticket from event e where (e.xid, e.id) > (p_after_xid::xid8, coalesce(p_after_id,
			'00000000-0000-0000-0000-000000000000')) and (e.xid, e.id) <= (p_xid::xid8, p_id) and e.ticket is not null));
	perform alike_forget(alike_since(p_now), 1000);
	return p_read;
end $$;
-- Who restricts waits for the cursor: what was read before is stored before it is forgotten, or not at all.
create function alike_forget_restricted() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_events uuid[];
begin
	perform from alike_cursor for no key update;	-- alike_cluster_change() is for one at a time
	with gone as (
		delete from ticket_alike where ticket = new.id returning ticket, filed_at, keys, event, counted),
	unkeyed as (
		delete from ticket_alike_key k using (select ticket, filed_at, unnest(keys) as key from gone) o
			where k.key = o.key and k.filed_at = o.filed_at and k.ticket = o.ticket)
	select array_agg(event) into v_events from gone where counted;
	perform alike_cluster_change(v_events, array(select -1::bigint from unnest(v_events)));
	return null;
end $$;
create trigger alike_forget_restricted after update of destroyed_at, restricted on ticket for each row
	when ((old.destroyed_at is null and new.destroyed_at is not null) or (new.restricted and not old.restricted)) execute function alike_forget_restricted();
-- As in 0101.
create or replace function search_next(p_limit bigint)
returns table (after_xid text, after_id uuid, xid text, id uuid, ticket uuid, title text, text text, place text, said text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	c search_cursor;
begin
	select * into c from search_cursor;
	if c.xid > feeds_end() then
		c.xid := '0';
		c.id := '00000000-0000-0000-0000-000000000000';
	end if;
	return query
	select c.xid::text, c.id, e.xid::text, e.id, t.id, t.title, t.text, t.location_text, search_said(t.id, 50000)
	from (select xid, id, ticket, row_number() over (partition by ticket order by xid desc, id desc) as back
			from (select xid, id, ticket from event e where (e.xid, e.id) > (c.xid, c.id)
				and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit p_limit) n offset 0) e
		left join lateral (select k.* from ticket k where k.id = e.ticket and e.back = 1 and k.destroyed_at is null and not k.restricted
			and not exists (select from event n where n.ticket = e.ticket and (n.xid, n.id) > (e.xid, e.id)
				and n.xid < pg_snapshot_xmin(pg_current_snapshot())) offset 0) t on true
	order by e.xid, e.id;
end $$;
create or replace function search_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_words text[]) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
declare
	v_open constant tsquery := search_open();
	v_came text[];
	v_went text[];
begin
	update search_cursor set xid = p_xid::xid8, id = p_id
		where one and ((xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000')) or xid > feeds_end());
	if not found then
		return 0;
	end if;
	perform search_place(h) from (select distinct search_half(filed_at) as h from ticket where id = any (p_tickets)) x;
	-- What was destroyed or restricted since its texts were read is gone: who does that waits for the cursor, too (search_forget).
	with made as materialized (
		select t.id as ticket, t.filed_at, search_vector(i.words) || search_narrows(t) as words, s.words as before
		from unnest(p_tickets, p_words) i (ticket, words) join ticket t on t.id = i.ticket and t.destroyed_at is null and not t.restricted
			left join ticket_search s on s.ticket = t.id and s.half = search_half(t.filed_at)
	), stored as (
		insert into ticket_search as s (ticket, half, filed_at, words) select ticket, search_half(filed_at), filed_at, words from made
			where before is distinct from words order by filed_at, ticket
			on conflict (ticket, half) do update set filed_at = excluded.filed_at, words = excluded.words returning ticket
	), changed as (
		select case when m.words @@ v_open then m.words end as words, case when m.before @@ v_open then m.before end as before
			from made m join stored using (ticket)
	)
	select (select array_agg(w) from changed c, unnest(tsvector_to_array(c.words)) w),
		(select array_agg(w) from changed c, unnest(tsvector_to_array(c.before)) w) into v_came, v_went;
	perform search_count(v_came, v_went);
	return p_read;
end $$;
drop trigger search_forget on ticket;
create trigger search_forget after update of destroyed_at, restricted on ticket for each row
	when ((old.destroyed_at is null and new.destroyed_at is not null) or (new.restricted and not old.restricted)) execute function search_forget();
-- As in 0063; what is restricted is unlearned as soon as its event is read, and when that has ended it counts as it did last.
create or replace function suggestion_next(p_limit bigint)
returns table (after_xid text, after_id uuid, xid text, id uuid, ticket uuid, folded text, category text, department text, witness bigint,
	was_category text, was_witness bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	c suggestion_cursor;
	v_from suggestion_cursor;
begin
	select * into strict c from suggestion_cursor;
	v_from := c;
	if c.xid > pg_snapshot_xmax(pg_current_snapshot()) then
		v_from.xid := '0';
	end if;
	return query
	with e as materialized (
		select xid, id, ticket, type from event where (xid, id) > (v_from.xid, v_from.id) and xid < pg_snapshot_xmin(pg_current_snapshot())
		order by xid, id limit p_limit),
	last as (select distinct on (ticket) ticket, xid, id from e where ticket is not null order by ticket, e.xid desc, e.id desc),
	moved as (select distinct on (ticket) ticket, type from e
		where type in ('ticket.accepted', 'ticket.routed', 'ticket.returned', 'ticket.refused', 'ticket.redirected', 'ticket.merged',
			'ticket.reclassified', 'data.unrestricted')
		order by ticket, e.xid desc, e.id desc)
	select c.xid::text, c.id, e.xid::text, e.id, w.ticket, w.folded, w.category, w.department, w.witness::bigint, w.was_category,
		w.was_witness::bigint
	from e left join last l on l.xid = e.xid and l.id = e.id left join moved m on m.ticket = l.ticket
		left join lateral suggestion_wanted(l.ticket, m.type) w on true
	order by e.xid, e.id;
end $$;
create or replace function suggestion_wanted(p_ticket uuid, p_moved text, out ticket uuid, out folded text, out category text, out department text,
	out witness int, out was_category text, out was_witness int) returns setof record
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket;
	l suggestion_learned;
	v_counts boolean;
	v_moved text := p_moved;
begin
	if p_ticket is null then
		return;
	elsif p_moved = 'data.unrestricted' then
		v_moved := (select e.type from event e where e.ticket = p_ticket
				and e.type in ('ticket.accepted', 'ticket.routed', 'ticket.returned', 'ticket.refused', 'ticket.redirected', 'ticket.merged',
					'ticket.reclassified')
			order by e.at desc, e.xid desc, e.id desc limit 1);
	end if;
	select * into l from suggestion_learned where ticket = p_ticket;
	if l.ticket is null and v_moved is distinct from 'ticket.accepted' then
		return;
	end if;
	select * into strict t from ticket where id = p_ticket;
	v_counts := not t.restricted and exists (select from suggestion_sight where sight = t.sight) and coalesce(v_moved = 'ticket.accepted', true);
	if v_counts then
		category := t.category;
		department := case when v_moved is null then l.department
			else (select case when d.governs then 'AREA' else d.code end from department d where d.id = t.holder) end;
		witness := coalesce(l.witness, suggestion_witness(t));
	end if;
	if (l.category, l.department, l.kind) is distinct from (category, department, case when v_counts then t.kind end) then
		ticket := t.id;
		folded := t.folded;
		was_category := l.category;
		was_witness := l.witness;
		return next;
	end if;
end $$;
-- As in 0034.
create or replace function triage_next(p_limit bigint)
returns table (after_xid text, after_id uuid, xid text, id uuid, ticket uuid, kind text, folded text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
begin
	return query
	select c.xid::text, c.id, e.xid::text, e.id, t.id, t.kind, t.folded
	from triage_cursor c cross join lateral (select xid, id, type, ticket from event e where (e.xid, e.id) > (c.xid, c.id)
			and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit p_limit) e
		left join lateral (select id, kind, folded from ticket where id = e.ticket and e.type in ('ticket.filed', 'data.unrestricted')
			and not restricted offset 0) t on true
	order by e.xid, e.id;
end $$;
-- As in 0034; the words of what was restricted come again, and nobody is told twice of a danger, nor of one in a ticket that is done.
create or replace function triage_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_kinds text[],
	p_scores bigint[], p_words text[], p_now timestamptz) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_ticket uuid;
begin
	update triage_cursor set xid = p_xid::xid8, id = p_id
		where one and (xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000'));
	if not found then
		return 0;
	end if;
	for v_ticket in
		with read as materialized (
			select i.ticket, i.kind, i.score, coalesce(string_to_array(nullif(i.words, ''), '; '), '{}') as words
			from unnest(p_tickets, p_kinds, p_scores, p_words) i (ticket, kind, score, words) join triage_path p on p.kind = i.kind
				join ticket t on t.id = i.ticket and not t.restricted and t.destroyed_at is null
			where i.score >= p.threshold),
		again as (
			update triage_suggestion s set words = r.words from read r where s.ticket = r.ticket and s.kind = r.kind and s.words = '{}' and r.words <> '{}'),
		made as (
			insert into triage_suggestion (ticket, kind, score, words, at) select ticket, kind, score, words, p_now from read
			on conflict do nothing returning ticket, kind)
		select m.ticket from made m join ticket t on t.id = m.ticket and not t.done where m.kind = 'danger'
	loop
		perform danger_tell(v_ticket, p_now);
	end loop;
	return p_read;
end $$;
-- The words go, as they are the ticket's own. What kind it may be stays: where that is discreet, fewer people read the ticket. Who restricts waits for
-- the cursor, as above.
create function triage_forget_words() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform from triage_cursor for share;
	delete from triage_suggestion where ticket = new.id and new.destroyed_at is not null;
	update triage_suggestion set words = '{}' where ticket = new.id and words <> '{}';
	return null;
end $$;
create trigger forget_triage_words after update of destroyed_at, restricted on ticket for each row
	when ((old.destroyed_at is null and new.destroyed_at is not null) or (new.restricted and not old.restricted)) execute function triage_forget_words();
-- As in 0076; no rule is tried with the words of what is restricted.
create or replace function assignment_next(p_now timestamptz, p_limit bigint)
returns table (ticket uuid, set uuid, version bigint, kind text, category text, area text, language text, channel text, level text,
	folded text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	s rule_set;
begin
	for s in select r.* from rule_set r join department_work w on w.department = r.department
		where r.purpose = 'assignment' and r.state = 'active' and w.automatic and w.tried_at < p_now and work_free(w.department, p_now)
		order by w.tried_at, w.department limit p_limit
	loop
		return query
		select k.id, s.id, k.version, k.kind, k.category, k.area, k.language, k.channel, k.level,
			case when not k.restricted and assignment_asks(k, s) then k.folded end
		from ticket k
		where k.holder = s.department and k.person is null and k.state in ('accepted', 'in_progress', 'reopened', 'appealed')
			and not exists (select from assignment_wait w where w.ticket = k.id and w.next_at > p_now)
		order by k.filed_at, k.id limit p_limit;
	end loop;
end $$;
-- As in 0069.
create or replace function rehearsal_begin(p_id uuid, p_active uuid, p_names text[]) returns boolean
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r rehearsal;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.rehearsal'));
	if exists (select from rehearsal where state = 'running')
		or p_active is distinct from (select id from rule_set where state = 'active' and purpose = 'routing') then
		return false;
	end if;
	update rehearsal set state = 'running', began_at = now(), compared_with = p_active, total = (
			select count(*) from (select from ticket t where (t.filed_at, t.id) < (filed_to, ticket_to) and not t.restricted
				and not exists (select from sight x where x.code = t.sight and x.closed) order by t.filed_at desc, t.id desc limit tickets) t)
		where id = p_id and state = 'waiting' returning * into r;
	if not found then
		return false;
	end if;
	insert into rehearsal_rule select r.id, i.place - 1, i.name from unnest(p_names) with ordinality i (name, place);
	return true;
end $$;
create or replace function rehearsal_read(p_id uuid, p_limit bigint)
returns table (filed_to timestamptz, ticket_to uuid, filed_at timestamptz, ticket uuid, filed_s bigint, kind text, category text, area text,
	folded text, language text, channel text, against text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	r rehearsal;
begin
	select * into r from rehearsal where id = p_id and state = 'running';
	if not found then
		return;
	end if;
	return query
	select r.filed_to, r.ticket_to, t.filed_at, t.id, floor(extract(epoch from t.filed_at))::bigint, coalesce(f.kind, t.kind),
		coalesce(f.category, t.category), t.area, t.folded, t.language, t.channel, d.code
	from (select * from ticket where (filed_at, id) < (r.filed_to, r.ticket_to) and not restricted
				and not exists (select from sight x where x.code = ticket.sight and x.closed)
			order by filed_at desc, id desc limit least(p_limit, r.total - r.done)) t
		left join filed_as f on f.ticket = t.id left join ticket_against a on a.ticket = t.id left join department d on d.id = a.department
	order by t.filed_at desc, t.id desc;
end $$;

-- Of what is restricted now no event says it yet, and nobody has forgotten it.
update ticket set restricted = false where id in (select ticket from ticket_restriction where what = 'data');
update ticket set restricted = true, version = version + 1 where id in (select ticket from ticket_restriction where what = 'data');
select event_write(gen_random_uuid(), now(), t.id, 'data.restricted', 'job', null, t.holder, null, null, null, null, '{"what": ["data"]}')
	from ticket_restriction r join ticket t on t.id = r.ticket where r.what = 'data';

-- --- a lost answer of who comes from an identity provider --------------------------------------------------------------------------

-- As 0100 has it for codes. The flow knows which session it has opened; of whom the provider has told is not known before it is asked, and it
-- is asked once.
alter table sign_in_flow add column session uuid;
comment on column sign_in_flow.session is 'that it has opened, if the request said that it may come twice';
-- Whether this request gets the session once more.
create function session_repeats(s session, p_replay bytea) returns boolean language sql stable set search_path = tiepdan, pg_temp as $$
	select s.replay = p_replay and s.opened_at > now() - interval '1 min' and s.generation = 1 and s.closed_at is null and s.expires_at > now()
		and s.proved_at is null and not exists (select from second_factor f where f.account = s.account and f.confirmed_at > s.opened_at)
$$;
create or replace function session_again(p_owner uuid, p_replay bytea) returns session language sql stable set search_path = tiepdan, pg_temp as $$
	select s from session s where s.id in (select id from session where account = p_owner union all select id from session where citizen = p_owner)
		and session_repeats(s, p_replay)
$$;
create function sign_in_flow_again(p_flow uuid, p_replay bytea, out of_session uuid, out opened session_opened)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	s session;
begin
	select x.* into s from sign_in_flow f join session x on x.id = f.session where f.id = p_flow and session_repeats(x, p_replay)
		and (x.account is null or exists (select from account a where a.id = x.account and a.active and not a.machine));
	if found then
		of_session := s.id;
		opened := session_answer(s);
	end if;
end $$;
create function sign_in_flow_opened(p_flow uuid, p_session uuid, p_replay bytea) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if p_replay is not null then
		update session set replay = p_replay where id = p_session;
		update sign_in_flow set session = p_session where id = p_flow;
	end if;
end $$;
create function sign_in_oidc(v vouched, p_session uuid, p_expires timestamptz, p_strong text[], p_client text, p_replay bytea) returns session_opened
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_opened session_opened := sign_in_oidc(v, p_session, p_expires, p_strong, p_client);
begin
	perform sign_in_flow_opened(v.flow, p_session, p_replay);
	return v_opened;
end $$;
create function citizen_sign_in_oidc(p_flow uuid, p_flow_expires timestamptz, p_issuer text, p_subject_index bytea, p_citizen uuid, p_assurance bigint,
	p_session uuid, p_expires timestamptz, p_client text, p_replay bytea) returns session_opened
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_opened session_opened := citizen_sign_in_oidc(p_flow, p_flow_expires, p_issuer, p_subject_index, p_citizen, p_assurance, p_session, p_expires,
		p_client);
begin
	perform sign_in_flow_opened(p_flow, p_session, p_replay);
	return v_opened;
end $$;

-- --- an account as somebody has read it -------------------------------------------------------------------------------------------

-- Its version, and a little of what it says: its sessions and grants change without one.
create function account_tag(p_body text) returns text language sql immutable parallel safe as $$
	select p_body::json->>'version' || '-' || left(md5(p_body), 12)
$$;

-- --- who reads it ----------------------------------------------------------------------------------------------------------------

revoke all on record_passed from public;
revoke execute on function record_waiting, record_leaves, record_store(text, text, uuid, bigint, timestamptz, bigint, bigint, bigint, bytea,
	bytea, bytea, text, bytea, bytea), account_tag, alike_forget_restricted, session_repeats, triage_forget_words, sign_in_flow_again, sign_in_flow_opened,
	sign_in_oidc(vouched, uuid, timestamptz, text[], text, bytea),
	citizen_sign_in_oidc(uuid, timestamptz, text, bytea, uuid, bigint, uuid, timestamptz, text, bytea) from public;
grant execute on function sign_in_flow_again, sign_in_oidc(vouched, uuid, timestamptz, text[], text, bytea),
	citizen_sign_in_oidc(uuid, timestamptz, text, bytea, uuid, bigint, uuid, timestamptz, text, bytea) to tiepdan_app, tiepdan_door;
grant execute on function account_tag to tiepdan_app;
grant execute on function record_leaves, record_store(text, text, uuid, bigint, timestamptz, bigint, bigint, bigint, bytea, bytea, bytea, text, bytea,
	bytea) to tiepdan_app, tiepdan_job;
