-- One queue. ticket_queue() had grown a layer with each thing that it can be asked for (0030, 0057, 0061, 0074, 0075); and of tickets of
-- which others read an older answer it looked at as many as there are, where with a tag or flag it looks at p_most.
set local search_path = tiepdan, public;

drop function ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text, bigint),
	ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text, bigint, bigint,
		text),
	ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text, bigint, bigint,
		text, text, text),
	ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text, bigint, bigint,
		text, text, text, bigint);

-- Publications that everybody can read and that are of an older answer, filed last first, before this one: whoever asks sees which of their
-- tickets they may.
create function outdated(p_at timestamptz, p_ticket uuid, p_most bigint) returns table (ticket uuid, at timestamptz)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off as $$
#variable_conflict use_column
begin
	return query select p.ticket, p.filed_at from publication p
		where p.superseded_at is not null and p.state in ('public', 'link_only') and (p.filed_at, p.ticket) < (p_at, p_ticket)
		order by p.filed_at desc, p.ticket desc limit p_most;
end $$;
drop policy publication_seen on publication;
revoke select (ticket, filed_at, state, superseded_at) on publication from tiepdan_app;

-- The queue of what stands beside the tickets: those with a tag, a flag, or both, and those of which others read an older answer; filed
-- last first. After p_most that were looked at the page ends, be it with fewer than p_limit: then its last row has no item, and the key
-- to go on from.
create function queue_beside(q jsonb, p_person uuid, p_now timestamptz, p_soon timestamptz, p_after text, p_limit bigint, p_tag text, p_flag text,
	p_most bigint, p_outdated boolean)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_by_flag boolean := p_tag is null or (p_flag is not null and flag_rarer(p_tag, p_flag));
	v_by text := case when not p_outdated then case when v_by_flag then p_flag else p_tag end end;
	v_tag text := case when p_outdated or v_by_flag then p_tag end;		-- what else they must have
	v_flag text := case when p_outdated or not v_by_flag then p_flag end;
	v_holder bigint := case when coalesce(q->>'holder', 'any') <> 'any' then coalesce((select id from department where code = q->>'holder'), -1) end;
	v_dones boolean[] := case when q->>'standing' in ('overdue', 'due_soon', 'in_time') then '{f}'
		when q ? 'state' then array(select distinct not open from state where q->'state' ? code) else '{f,t}' end;
	v_at timestamptz := coalesce(split_part(p_after, '|', 2)::timestamptz, 'infinity');
	v_ticket uuid := coalesce(split_part(p_after, '|', 3)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
	v_step bigint := p_limit + 1;
	v_left bigint := coalesce(p_most, 9223372036854775807);
	v_next uuid[];
	v_ats timestamptz[];
	v_found uuid[] := '{}';
begin
	loop
		v_step := least(v_step, v_left);
		if p_outdated then
			select array_agg(m.ticket), array_agg(m.at) into v_next, v_ats from outdated(v_at, v_ticket, v_step) m;
		else
			select array_agg(m.ticket), array_agg(m.at) into v_next, v_ats from marked(v_by, v_by_flag, v_holder, v_dones, v_at, v_ticket, v_step) m;
		end if;
		v_found := v_found || array(select a from tickets_asked(array(select i.id from unnest(v_next) with ordinality i (id, ord)
				where (v_tag is null or exists (select from ticket_tag x where x.ticket = i.id and x.name = v_tag and not x.flag))
					and (v_flag is null or exists (select from ticket_tag x where x.ticket = i.id and x.name = v_flag and x.flag))
				order by i.ord), q, p_person, p_now, p_soon) a limit p_limit + 1 - cardinality(v_found));
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

-- The queue by parameters and, for those that are not given, by a saved filter. Whose tickets is one question (mine, a person's or
-- nobody's), so that one answer to it replaces the filter's. With a code: that ticket, where the rest fits it, whatever its state and
-- whoever holds it, unless that is asked for, too; there is one at the most, so it has no order and no second page.
create or replace function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint default null, p_code text default null, p_tag text default null, p_flag text default null,
	p_most bigint default null, p_publication text default null)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	q jsonb := queue_asked(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder);
	v_person uuid := case when p_unassigned then nobody() when p_mine then caller_account() else p_person end;
begin
	if p_code is not null then
		return query select * from queue_lines(array(select x.id from ticket_meant(null, p_number, p_code) x (id)
			where p_after is null and ticket_asked(x.id, q, v_person, p_now, p_soon)), slot_current(), false, p_now, p_soon);
	elsif num_nonnulls(p_tag, p_flag, p_publication) > 0 then
		return query select * from queue_beside(q, v_person, p_now, p_soon, p_after, p_limit, p_tag, p_flag, p_most,
			p_publication is not distinct from 'superseded');
	else
		v_person := case when v_person is not null then v_person when q ? 'unassigned' then nobody() when q ? 'mine' then caller_account()
			else (q->>'person')::uuid end;
		return query select * from ticket_list(array(select jsonb_array_elements_text(q->'state')), q->>'kind', q->>'category', q->>'area',
			q->>'level', q->>'standing', q->>'holder', v_person, coalesce(p_sort, q->>'sort'), p_now, p_soon, p_after, p_limit);
	end if;
end $$;

revoke execute on function outdated, queue_beside from public;
grant execute on function outdated, queue_beside to tiepdan_app;
