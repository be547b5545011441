-- What staff read and write besides moves.
set local search_path = tiepdan, public;

-- Filters of the queue; NULL lets everything pass. Plain, so that it is inlined.
create function ticket_fits(t ticket, states text[], kind text, categories text[], area text, level text, person uuid,
	due_from timestamptz, due_before timestamptz)
returns boolean language sql stable parallel safe as $$
	select ($2 is null or t.state = any ($2)) and ($3 is null or t.kind = $3) and ($4 is null or t.category = any ($4))
		and ($5 is null or t.area = $5) and ($6 is null or t.level = $6) and ($7 is null or t.person = $7)
		and ($8 is null or t.due_at >= $8) and ($9 is null or t.due_at < $9)
$$;

-- The queue: what is due soonest first (open tickets before the rest), or what was filed last first. Runs with the
-- caller's rights. Each of the four pages is read in the order of one index, whatever the statistics say. `p_after` is
-- the key of the last row seen.
create function ticket_list(p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_sort text, p_now timestamptz, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable
set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_all text[] := caller_sees_all();
	v_own text[] := caller_sees_own();
	v_home bigint := caller_department();
	v_holder bigint := case when p_holder <> 'any' then coalesce((select id from department where code = p_holder), -1)
		when v_all = '{}' then v_home end;
	v_filed boolean := coalesce(p_sort = 'filed', false);
	v_states text[] := nullif(p_states, '{}');
	v_done boolean := coalesce((select bool_or(not open) from state where code = any (v_states)), false);
	v_categories text[] := case when p_category is not null then array(
		select code from category where code = p_category or parent = p_category) end;
	v_person uuid := case when p_mine then caller_account() end;
	v_soon timestamptz := soon_after(p_now);
	v_from timestamptz := case p_standing when 'due_soon' then p_now when 'in_time' then v_soon when 'no_clock' then 'infinity' end;
	v_before timestamptz := case p_standing when 'overdue' then p_now when 'due_soon' then v_soon when 'in_time' then 'infinity' end;
	v_after_done boolean := coalesce(split_part(p_after, '|', 1)::boolean, false);
	v_after_at timestamptz := coalesce(split_part(p_after, '|', 2)::timestamptz, case when v_filed then 'infinity' else '-infinity' end::timestamptz);
	v_after_id uuid := coalesce(split_part(p_after, '|', 3)::uuid, case when v_filed
		then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else '00000000-0000-0000-0000-000000000000' end::uuid);
	v_ids uuid[];
begin
	if v_filed and v_holder is not null then
		v_ids := array(select t.id from ticket t
			where t.holder = v_holder and (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_filed then
		v_ids := array(select t.id from ticket t
			where (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_holder is not null then
		v_ids := array(select t.id from ticket t
			where t.holder = v_holder and t.done <= v_done and (t.done, t.due_at, t.id) > (v_after_done, v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
			order by t.done, t.due_at, t.id limit p_limit + 1);
	else
		v_ids := array(select t.id from ticket t
			where t.done <= v_done and (t.done, t.due_at, t.id) > (v_after_done, v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
			order by t.done, t.due_at, t.id limit p_limit + 1);
	end if;
	return query
	select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'level', t.level, 'visibility', t.visibility,
			'state', t.state, 'holder', json_build_object('department', named(d.code, d.name_vi, d.name_en),
				'person', case when t.person is not null then person_named(t.person) end),
			'due_at', instant(t.due_at), 'standing', standing(t.outcome, t.due_at, p_now, v_soon),
			'filed_at', instant(t.filed_at), 'version', t.version)::text,
		concat_ws('|', t.done, case when v_filed then t.filed_at else t.due_at end, t.id)
	from unnest(v_ids) with ordinality i (id, ord) join ticket t on t.id = i.id
		join category c on c.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
	order by i.ord;
end $$;

-- For lists of what hangs on a ticket: its id if the caller sees it, else TD404. Runs with the caller's rights.
create function ticket_visible(p_ticket uuid) returns uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from ticket t where t.id = p_ticket
		and may_see(t.sight, t.holder, caller_sees_all(), caller_sees_own(), caller_department())) then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return p_ticket;
end $$;

-- A change that is no move: one event by the present caller, who has to see the ticket.
create function record_write(p_event uuid, p_ticket uuid, p_type text, p_data jsonb)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	perform event_write(p_event, now(), t.id, p_type, 'staff', caller_account(), caller_department(), null, null, null, null, p_data);
end $$;

create function note_write(p_id uuid, p_ticket uuid, p_text text, p_at timestamptz)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	perform caller_needs('note');
	insert into note (id, ticket, at, author, department, text)
		values (p_id, t.id, p_at, caller_account(), caller_department(), p_text);
end $$;

-- Keeps a draft without a move: for those who may propose, while the ticket is in progress.
create function reply_draft(p_id uuid, p_ticket uuid, p_version bigint, p_text text, p_at timestamptz, p_event uuid,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'propose');
	insert into reply (id, ticket, version, at, author, department, state, text)
		select p_id, t.id, 1 + coalesce(max(version), 0), p_at, caller_account(), caller_department(), 'draft', p_text
			from reply where ticket = t.id;
	update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
	perform event_write(p_event, p_at, t.id, 'reply.drafted', 'staff', caller_account(), t.holder, null, null, null, null, null);
	select m.body, m.etag into body, etag from ticket_moved(t, p_at) m;
end $$;

-- The sealed contact of a ticket; the reading is an event of the same transaction. All NULL when there is no contact.
create function contact_read(p_ticket uuid, p_purpose text, p_event uuid, out epoch bigint, out wrapped bytea, out box bytea)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	perform caller_needs('contact');
	perform event_write(p_event, now(), t.id, 'contact.read', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('purpose', p_purpose));
	select c.epoch, c.wrapped, c.box into epoch, wrapped, box from contact c where c.ticket = t.id;
end $$;

create function ticket_has_contact(p_ticket uuid) returns boolean language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select exists (select from contact where ticket = p_ticket and erased_at is null));
end $$;

-- Signing in with a one-time code: uses it up and opens the session; TD410 alike for an unknown login, a wrong code, an
-- expired one and an account that is switched off. `roles` is a comma-separated list.
create function session_open(p_login text, p_code_hash bytea, p_session uuid, p_expires timestamptz,
	out account uuid, out roles text, out department bigint, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from login_code c using account a
		where a.login = lower(p_login) and a.active and c.account = a.id and c.code_hash = p_code_hash and c.expires_at > now()
		returning a.id, a.department into account, department;
	if account is null then
		raise exception 'wrong sign-in code' using errcode = 'TD410';
	end if;
	insert into session (id, account, expires_at) values (p_session, session_open.account, p_expires);
	roles := (select string_agg(r.role, ',' order by r.role) from account_role r where r.account = session_open.account);
	body := account_item(session_open.account);
end $$;

create function account_item(p_account uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('id', a.id, 'login', a.login, 'name', a.name,
			'roles', (select coalesce(json_agg(r.role order by o.position), '[]')
				from account_role r join role o on o.code = r.role where r.account = a.id),
			'department', department_named(a.department))::text
		from account a where a.id = p_account);
end $$;

create function session_close() returns void language sql security definer set search_path = tiepdan, pg_temp as $$
	update session set closed_at = now() where id = caller_session() and closed_at is null
$$;
create function me_show(out body text) language sql stable security definer set search_path = tiepdan, pg_temp as $$
	select '{"account":' || account_item(s.account) || ',"expires_at":"' || instant(s.expires_at) || '"}'
	from session s where s.id = caller_session()
$$;
