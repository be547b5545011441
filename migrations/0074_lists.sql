-- Reads that stay fast at a million tickets: the queue by tag and flag, the bursts of likely duplicates, and published answers that are
-- alike. What they are chosen and ordered by is kept where an index reads it, and none looks at more rows than a bound, whatever is
-- asked for.
set local search_path = tiepdan, public;

-- --- tags and flags ------------------------------------------------------------------------------------------------------

-- What decides who sees a ticket, and whether it is open, beside its marks.
create function marks_follow() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update ticket_tag set (holder, sight, done) = (new.holder, new.sight, new.done) where ticket = new.id;
	return null;
end $$;
-- The trigger comes first: from here on no ticket changes until the marks are filled.
create trigger marks_follow after update on ticket for each row
	when ((new.holder, new.sight, new.done) is distinct from (old.holder, old.sight, old.done)) execute function marks_follow();

alter table ticket_tag add column holder bigint, add column sight text, add column done boolean;
update ticket_tag g set (holder, sight, done) = (t.holder, t.sight, t.done) from ticket t where t.id = g.ticket;
alter table ticket_tag alter column holder set not null, alter column sight set not null, alter column done set not null;
comment on column ticket_tag.holder is 'with sight and done: as the ticket has them, kept by the trigger marks_follow';
drop index ticket_tag_newest;
create index ticket_tag_newest on ticket_tag (name, flag, sight, done, at, ticket);
create index ticket_tag_held on ticket_tag (name, flag, holder, sight, done, at, ticket);

-- As in 0061.
create or replace function ticket_mark(p_tickets uuid[], p_names text[], p_flags boolean[]) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_marked bigint;
begin
	insert into ticket_tag (ticket, name, flag, at, holder, sight, done) select t.id, i.name, i.flag, t.filed_at, t.holder, t.sight, t.done
		from unnest(p_tickets, p_names, p_flags) i (ticket, name, flag) join ticket t on t.id = i.ticket on conflict do nothing;
	get diagnostics v_marked = row_count;
	return v_marked;
end $$;
-- As in 0066.
create or replace function path_take(o ticket, p path_taken, p_at timestamptz) returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	if p.against is not null then
		insert into ticket_against values (o.id, department_valid(p.against, p_at))
			on conflict on constraint ticket_against_pk do update set department = excluded.department;
	end if;
	insert into filed_as values (o.id, o.version + 1, o.kind, o.category, o.route)
		on conflict on constraint filed_as_pk do update set version = excluded.version;
	update ticket set kind = p.kind, category = p.category, level = p.level, visibility = p.visibility, sight = p.sight, route = p.route::jsonb,
		policy = p.policy, updated_at = p_at, version = version + 1
		where id = o.id and exists (select from kind where code = p.kind) and exists (select from category where code = p.category)
		returning * into strict t;
	delete from ticket_tag where ticket = t.id;
	insert into ticket_tag (ticket, name, flag, at, holder, sight, done)
		select distinct t.id, name, flag, t.filed_at, t.holder, t.sight, t.done
		from (select name, false as flag from unnest(p.tags) x (name) union all select name, true from unnest(p.flags) x (name)) m;
	perform parts_recall(t, p_at);
	return publication_recall(t, p_at);
end $$;

-- The next tickets with a mark that the caller sees by holder and sight, filed last first, before this one: of one department, or
-- NULL. Each kind of sight, open and done, is read from an index of its own order, so of each at most p_most rows.
create function marked(p_name text, p_flag boolean, p_holder bigint, p_dones boolean[], p_at timestamptz, p_ticket uuid, p_most bigint)
returns table (ticket uuid, at timestamptz) language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan set enable_bitmapscan = off set enable_seqscan = off as $$
#variable_conflict use_column
declare
	v_home bigint := caller_department();
	v_all text[] := caller_sees_all();
	v_held text[] := case when p_holder is not null then v_all else '{}' end
		|| case when p_holder is null or p_holder = v_home then array(select unnest(caller_sees_own()) except select unnest(v_all)) end;
begin
	return query
	select x.ticket, x.at from (
		select y.ticket, y.at from unnest(case when p_holder is null then v_all end) s, unnest(p_dones) d, lateral (
			select g.ticket, g.at from ticket_tag g where g.name = p_name and g.flag = p_flag and g.sight = s and g.done = d
				and (g.at, g.ticket) < (p_at, p_ticket) order by g.at desc, g.ticket desc limit p_most) y
		union all select y.ticket, y.at from unnest(v_held) s, unnest(p_dones) d, lateral (
			select g.ticket, g.at from ticket_tag g where g.name = p_name and g.flag = p_flag and g.holder = coalesce(p_holder, v_home)
				and g.sight = s and g.done = d and (g.at, g.ticket) < (p_at, p_ticket) order by g.at desc, g.ticket desc limit p_most) y) x
	order by x.at desc, x.ticket desc limit p_most;
end $$;

-- Those of these tickets that the query of a queue (saved_filter.query) asks for, in their order; p_person goes before whom it names.
create function tickets_asked(p_tickets uuid[], q jsonb, p_person uuid, p_now timestamptz, p_soon timestamptz) returns setof uuid
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_slot int := slot_current();
	v_standing text := q->>'standing';
	v_person uuid := case when p_person is not null then p_person when q ? 'unassigned' then nobody()
		when q ? 'mine' then caller_account() else (q->>'person')::uuid end;
	v_holder bigint := case when coalesce(q->>'holder', 'any') <> 'any' then
		coalesce((select id from department where code = q->>'holder'), -1) end;
	v_states text[] := case when q ? 'state' then array(select jsonb_array_elements_text(q->'state')) end;
	v_categories text[] := case when q ? 'category' then array(select code from category where q->>'category' in (code, parent)) end;
	v_from timestamptz := case v_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end;
	v_before timestamptz := case v_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end;
begin
	return query
	select t.id from unnest(p_tickets) with ordinality i (id, ord) join ticket t on t.id = i.id
		left join clock_first c on c.slot = v_slot and c.ticket = t.id
	where (v_holder is null or t.holder = v_holder)
		and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, q->>'kind', v_categories, q->>'area', q->>'level', v_person, v_from, v_before)
	order by i.ord;
end $$;
-- As in 0057.
create or replace function ticket_asked(p_ticket uuid, q jsonb, p_person uuid, p_now timestamptz, p_soon timestamptz) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from tickets_asked(array[p_ticket], q, p_person, p_now, p_soon));
end $$;

-- What is asked of the tickets in a queue: what a saved filter says and the parameters, which count before it.
create function queue_asked(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text)
returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when p_filter is null then '{}' else (filter_used(p_filter)).query end
		|| jsonb_strip_nulls(jsonb_build_object('state', nullif(p_states, '{}'), 'kind', p_kind, 'category', p_category,
			'area', p_area, 'level', p_level, 'standing', p_standing, 'holder', p_holder));
end $$;
-- As that of 0061, which serves without p_most: after so many tickets with the mark the page ends, be it with fewer than p_limit. Then
-- its last row has no item, and the key to go on from.
create function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint, p_code text, p_tag text, p_flag text, p_most bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_asked jsonb;
	v_person uuid := case when p_unassigned then nobody() when p_mine then caller_account() else p_person end;
	v_holder bigint;
	v_dones boolean[] := '{f,t}';
	v_by_flag boolean := p_tag is null or (p_flag is not null and flag_rarer(p_tag, p_flag));
	v_mark text := case when v_by_flag then p_flag else p_tag end;
	v_other text := case when v_by_flag then p_tag else p_flag end;
	v_at timestamptz := coalesce(split_part(p_after, '|', 2)::timestamptz, 'infinity');
	v_ticket uuid := coalesce(split_part(p_after, '|', 3)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
	v_step bigint := p_limit + 1;
	v_left bigint := coalesce(p_most, 9223372036854775807);
	v_next uuid[];
	v_ats timestamptz[];
	v_found uuid[] := '{}';
begin
	if p_code is not null or num_nonnulls(p_tag, p_flag) = 0 then
		return query select * from ticket_queue(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder, p_mine,
			p_person, p_unassigned, p_sort, p_now, p_soon, p_after, p_limit, p_number, p_code);
		return;
	end if;
	v_asked := queue_asked(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder);
	if coalesce(v_asked->>'holder', 'any') <> 'any' then
		v_holder := coalesce((select id from department where code = v_asked->>'holder'), -1);
	end if;
	if v_asked->>'standing' in ('overdue', 'due_soon', 'in_time') then
		v_dones := '{f}';
	elsif v_asked ? 'state' then
		v_dones := array(select distinct not open from state where v_asked->'state' ? code);
	end if;
	loop
		v_step := least(v_step, v_left);
		select array_agg(m.ticket), array_agg(m.at) into v_next, v_ats from marked(v_mark, v_by_flag, v_holder, v_dones, v_at, v_ticket, v_step) m;
		v_found := v_found || array(select a from tickets_asked(array(select i.id from unnest(v_next) with ordinality i (id, ord)
				where v_other is null or exists (select from ticket_tag x where x.ticket = i.id and x.name = v_other and x.flag <> v_by_flag)
				order by i.ord), v_asked, v_person, p_now, p_soon) a limit p_limit + 1 - cardinality(v_found));
		v_left := v_left - v_step;
		exit when cardinality(v_found) > p_limit or coalesce(cardinality(v_next), 0) < v_step;
		v_at := v_ats[v_step];
		v_ticket := v_next[v_step];
		exit when v_left <= 0;
		v_step := v_step * 4;
	end loop;
	return query select * from queue_lines(v_found, slot_current(), true, p_now, p_soon);
	if v_left <= 0 and cardinality(v_found) <= p_limit and cardinality(v_next) = v_step then
		return query select null::text, concat_ws('|', false, v_at, v_ticket), null::timestamptz, null::text, null::text;
	end if;
end $$;
create or replace function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint, p_code text, p_tag text, p_flag text)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return query select * from ticket_queue(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder, p_mine,
		p_person, p_unassigned, p_sort, p_now, p_soon, p_after, p_limit, p_number, p_code, p_tag, p_flag, null);
end $$;

-- --- bursts --------------------------------------------------------------------------------------------------------------

alter table ticket_alike add column counted boolean not null default false;
comment on column ticket_alike.counted is 'whether it counts in alike_cluster: open, can be merged, and against nobody';
create index ticket_alike_counted on ticket_alike (event, filed_at, ticket) where counted;

create table alike_cluster (
	event   uuid not null,
	tickets int not null,
	last_at timestamptz not null,
	day     timestamptz generated always as (date_bin(interval '1 day', last_at, timestamptz '2000-01-01 00:00:00Z')) stored,
	constraint alike_cluster_pk primary key (event),
	constraint alike_cluster_tickets check (tickets >= 0)
);
comment on table alike_cluster is 'How many open tickets tell of an event, and when the last of them was filed. The follower of the feed keeps it
(alike_store(), alike_group()), so it is a second late; one ticket alone may be missing.';
create index alike_cluster_largest on alike_cluster (day, tickets, event) include (last_at) where tickets > 1;
alter table alike_cluster enable row level security;
revoke all on alike_cluster from public;

create function alike_counts(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not t.done and (select merges from sight where code = t.sight) and not exists (select from ticket_against where ticket = t.id);
end $$;
-- So many tickets more of these events, or fewer. Who calls it holds the row of alike_cursor: one at a time.
create function alike_cluster_change(p_events uuid[], p_more bigint[]) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_last timestamptz;
begin
	for i in select x.event, sum(x.more) as more from unnest(p_events, p_more) x (event, more) group by x.event having sum(x.more) <> 0 loop
		v_last := (select filed_at from ticket_alike where event = i.event and counted order by filed_at desc, ticket desc limit 1);
		if v_last is null then
			delete from alike_cluster where event = i.event;
		else
			insert into alike_cluster as c (event, tickets, last_at) values (i.event, greatest(i.more, 0), v_last)
				on conflict on constraint alike_cluster_pk do update set tickets = c.tickets + i.more, last_at = v_last;
		end if;
	end loop;
end $$;
-- Looks whether these tickets still count, and counts them anew.
create function alike_recount(p_tickets uuid[]) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_events uuid[];
	v_more bigint[];
begin
	with changed as (
		update ticket_alike a set counted = not a.counted from ticket t
			where a.ticket = any (p_tickets) and a.event is not null and t.id = a.ticket and a.counted <> alike_counts(t)
			returning a.event, case when a.counted then 1 else -1 end as more)
	select array_agg(event), array_agg(more) into v_events, v_more from changed;
	perform alike_cluster_change(v_events, v_more);
end $$;

-- As in 0064; they are counted no more.
create or replace function alike_forget(p_before timestamptz, p_limit bigint) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_events uuid[];
begin
	with old as (
		delete from ticket_alike where ticket in (select ticket from ticket_alike where filed_at < p_before order by filed_at limit p_limit)
		returning ticket, filed_at, keys, event, counted),
	unkeyed as (
		delete from ticket_alike_key k using (select ticket, filed_at, unnest(keys) as key from old) o
			where k.key = o.key and k.filed_at = o.filed_at and k.ticket = o.ticket)
	select array_agg(event) into v_events from old where counted;
	perform alike_cluster_change(v_events, array(select -1::bigint from unnest(v_events)));
end $$;

-- As in 0064; each event of the feed is also the occasion to look whether its ticket still counts.
create or replace function alike_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_cells bigint[],
	p_matters bigint[], p_marks text[], p_signatures bytea[], p_key_tickets uuid[], p_keys bigint[], p_now timestamptz) returns bigint
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
		insert into ticket_alike (ticket, filed_at, area, category, family, urgent, lon, lat, cell, matters, marks, signature, keys)
		select t.id, t.filed_at, t.area, t.category, coalesce(c.parent, c.code), t.level = 'urgent', t.lon, t.lat,
			case when t.lon is not null then i.cell end, i.matters, i.marks, i.signature, coalesce(k.keys, '{}')
		from unnest(p_tickets, p_cells, p_matters, p_marks, p_signatures) i (ticket, cell, matters, marks, signature)
			join ticket t on t.id = i.ticket join category c on c.code = t.category left join keys k on k.ticket = i.ticket
		on conflict do nothing returning ticket, filed_at, keys)
	insert into ticket_alike_key (key, filed_at, ticket) select unnest(keys), filed_at, ticket from made on conflict do nothing;
	perform alike_recount(array(select distinct e.ticket from event e where (e.xid, e.id) > (p_after_xid::xid8, coalesce(p_after_id,
			'00000000-0000-0000-0000-000000000000')) and (e.xid, e.id) <= (p_xid::xid8, p_id) and e.ticket is not null));
	perform alike_forget(alike_since(p_now), 1000);
	return p_read;
end $$;
-- As in 0064. Waits for alike_store(): what happened to a ticket meanwhile is either seen here, or in its event.
create or replace function alike_group(p_tickets uuid[], p_matches uuid[]) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_events uuid[];
	v_event uuid;
	v_counted boolean;
begin
	perform from alike_cursor where one for update;
	for i in select * from unnest(p_tickets, p_matches) with ordinality x (ticket, match, ord) order by ord loop
		update ticket_alike a set event = coalesce((select m.event from ticket_alike m where m.ticket = i.match), i.ticket), counted = alike_counts(t)
			from ticket t where a.ticket = i.ticket and a.event is null and t.id = a.ticket returning a.event, a.counted into v_event, v_counted;
		if found and v_counted then
			v_events := v_events || v_event;
		end if;
	end loop;
	perform alike_cluster_change(v_events, array(select 1::bigint from unnest(v_events)));
	perform alike_recount(p_matches);
	return cardinality(p_tickets);
end $$;

-- Bursts: events with several open tickets that are not merged, the last of them filed since then, most of them first; of equals the
-- latest. Of each day the largest are read from one index. The members that the caller sees, oldest first; of one event no more than
-- p_members are looked at. What was a burst a moment ago has no item.
create function alike_clusters(p_since timestamptz, p_after text, p_limit bigint, p_members bigint) returns table (item text, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan set enable_bitmapscan = off as $$
#variable_conflict use_column
declare
	v_tickets int := coalesce(split_part(p_after, '|', 1)::int, 2147483647);
	v_event uuid := coalesce(split_part(p_after, '|', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
	v_first timestamptz := date_bin(interval '1 day', p_since, timestamptz '2000-01-01 00:00:00Z');
begin
	return query
	select case when m.n > 1 then json_build_object('id', b.event, 'tickets', b.tickets - m.named + m.n, 'first_at', instant(m.first_at),
			'last_at', instant(b.last_at), 'area', (select named(a.code, a.name_vi, a.name_en) from area a where a.code = m.area),
			'category', (select named(c.code, c.name_vi, c.name_en) from category c where c.code = m.category), 'members', m.members)::text end,
		concat_ws('|', b.tickets, b.event)
	from (
		select c.event, c.tickets, c.last_at from generate_series(v_first, now() + interval '1 day', interval '1 day') d, lateral (
			select * from alike_cluster x where x.day = d and x.tickets > 1 and x.last_at > p_since
				and (x.tickets, x.event) < (v_tickets, v_event) order by x.tickets desc, x.event desc limit p_limit + 1) c
		order by c.tickets desc, c.event desc limit p_limit + 1) b,
	lateral (
		select count(*) as named, count(s.id) as n, min(s.filed_at) as first_at, (array_agg(s.area order by s.filed_at, s.id))[1] as area,
			(array_agg(s.category order by s.filed_at, s.id) filter (where s.id is not null))[1] as category,
			json_agg(json_build_object('id', s.id, 'code', s.code, 'version', s.version, 'title', s.title, 'state', s.state,
				'filed_at', instant(s.filed_at), 'holder', (select named(d.code, d.name_vi, d.name_en) from department d where d.id = s.holder),
				'supporters', case when exists (select from ticket_merge where into_ticket = s.id and ended_at is null)
					then supporters_of(s.id) else 0 end) order by s.filed_at, s.id)
				filter (where s.id is not null) as members
		from (select a.ticket from ticket_alike a where a.event = b.event and a.counted order by a.filed_at, a.ticket limit p_members) a
			left join lateral (select t.* from ticket t where t.id = a.ticket and not t.done and sees(t)) s on true) m
	order by b.tickets desc, b.event desc;
end $$;

-- As in 0064, for servers of before.
create or replace function alike_clusters(p_since timestamptz, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from alike_clusters(p_since, p_after, p_limit, 200);
end $$;

-- What there is: tickets alone need no row.
update ticket_alike set counted = true where ticket in (
	select a.ticket from ticket_alike a join ticket t on t.id = a.ticket
	where alike_counts(t) and a.event in (select event from ticket_alike where event is not null group by event having count(*) > 1));
insert into alike_cluster (event, tickets, last_at) select event, count(*), max(filed_at) from ticket_alike where counted group by event;

-- --- published answers that are alike ----------------------------------------------------------------------------------------

-- With the titles, so that those that are compared are read from the index alone.
drop index publication_shown;
create index publication_shown on publication (answered_at, ticket) include (folded_title) where state = 'public';
drop index publication_in_category;
create index publication_in_category on publication (category, answered_at, ticket) include (folded_title) where state = 'public';
-- As in 0033, with what is compared alone, and p_most in all: as many of each category.
drop function published_newest(text[], bigint);
create function published_newest(p_categories text[], p_most bigint) returns table (ticket uuid, answered_at timestamptz, folded_title text)
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan set enable_bitmapscan = off as $$
#variable_conflict use_column
begin
	if p_categories is null then
		return query select ticket, answered_at, folded_title from publication where state = 'public'
			order by answered_at desc, ticket desc limit p_most;
	else
		return query select p.* from unnest(p_categories) c (code) cross join lateral (
			select ticket, answered_at, folded_title from publication where state = 'public' and category = c.code
				order by answered_at desc, ticket desc limit ceil(p_most::float8 / cardinality(p_categories))::bigint) p;
	end if;
end $$;
-- As in 0033.
create or replace function published_similar(p_title text, p_category text, p_limit bigint)
returns table (item text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_categories text[] := category_family(coalesce((select parent from category where code = p_category), p_category));
begin
	return query
	select published_item(p)::text from (
		select n.ticket, n.answered_at, s.alike from published_newest(v_categories, (select value from setting where name = 'similar_newest')) n
			cross join lateral (select public.similarity(n.folded_title, p_title) as alike) s
		where s.alike >= 0.25 order by s.alike desc, n.answered_at desc limit p_limit) n join publication p on p.ticket = n.ticket
	order by n.alike desc, n.answered_at desc;
end $$;

-- --- settings ------------------------------------------------------------------------------------------------------------

-- Nobody has changed anything: it belongs to the version that there is.
alter table setting disable trigger configuration_touched;
update setting s set note = x.note from (values
	('clusters_newest', 'without effect: bursts are found however many tickets there are'),
	('similar_newest', 'published answers like what somebody files are looked for among so many of the newest of its kind of matter'),
	('similar_days', 'without effect: suggestions before filing look as far back as duplicates do'),
	('similar_metres', 'without effect: suggestions before filing are as near as duplicates are')) x (name, note) where s.name = x.name;
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key in ('clusters_newest', 'similar_newest', 'similar_days', 'similar_metres'))
	where k.kind = 'settings';

revoke execute on function published_newest, marks_follow, marked, tickets_asked, queue_asked, ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean,
	text, timestamptz, timestamptz, text, bigint, bigint, text, text, text, bigint), alike_counts, alike_cluster_change, alike_recount,
	alike_clusters(timestamptz, text, bigint, bigint) from public;
grant execute on function marked, tickets_asked, queue_asked, alike_clusters(timestamptz, text, bigint, bigint), ticket_queue(uuid, text[], text, text,
	text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text, bigint, bigint, text, text, text, bigint) to tiepdan_app;
