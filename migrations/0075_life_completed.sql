-- The last weak points of the life of a case: a public version that another answer has superseded is told of and found, many tickets get
-- another level at once, and no rule of a move is asked twice.
set local search_path = tiepdan, public;

-- In the order in which moves and the page of the citizen take them: else one would wait for the other in a circle, each time anew.
lock table ticket in share row exclusive mode;

-- --- the public version of an older answer --------------------------------------------------------------------------------

alter table publication add column superseded_at timestamptz;
comment on column publication.superseded_at is 'when there was another answer than the one that the version was made from; NULL: it is of the last one';
comment on column publication.answered_at is 'of the answer that the version was made from';
update publication p set superseded_at = t.answered_at from review r join ticket t on t.id = r.ticket	-- nothing else brings another answer
	where p.ticket = r.ticket and p.answered_at < t.answered_at;
-- What is read by others although there is a later answer.
create index publication_outdated on publication (filed_at, ticket) where superseded_at is not null and state in ('public', 'link_only');
create or replace function publication_superseded(p publication) returns boolean language sql immutable parallel safe as $$
	select p.superseded_at is not null
$$;
-- Whether others read an older answer, and a version with the last one could be proposed.
create function publication_outdated(p_ticket uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from ticket t join publication p on p.ticket = t.id
		where t.id = p_ticket and publishable(t) and p.superseded_at is not null and p.state in ('public', 'link_only'));
end $$;
-- Marks the public version of a ticket that has just been answered once more. That others read the older answer is an event of nobody:
-- who signed the new one is told as well.
create function publication_supersede(t ticket) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update publication set superseded_at = t.answered_at where ticket = t.id;
	perform event_write(gen_random_uuid(), t.answered_at, t.id, 'publication.superseded', 'job', null, t.holder, null, null, null, null, null)
		where publication_outdated(t.id);
end $$;
-- As in 0055; a version that is proposed is of the last answer.
create or replace function publication_propose(p_ticket uuid, p_version bigint, p_title text, p_question text, p_answer text, p_folded_title text,
	p_folded text, p_masked jsonb, p_fields text[], p_kinds text[], p_offsets bigint[], p_lengths bigint[], p_pieces text[],
	p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	v_from text := publication_state_of(p_ticket);
begin
	perform publication_check(t, 'propose');
	insert into publication (ticket, number, code, state, category, area, department, outcome, filed_at, answered_at, lon, lat, title,
		question, answer, folded_title, folded, masked, proposed_by, proposed_at)
	select t.id, t.number, t.code, 'proposed', t.category, t.area, t.holder, case t.state when 'refused' then 'refused' else 'answered' end,
		t.filed_at, coalesce(t.answered_at, t.updated_at),
		point_public(c.public_point, t.lon),
		point_public(c.public_point, t.lat),
		p_title, p_question, p_answer, p_folded_title, p_folded, p_masked, caller_account(), p_at
	from category c where c.code = t.category
	on conflict (ticket) do update set (state, department, outcome, answered_at, lon, lat, title, question, answer, folded_title, folded,
		masked, key, proposed_by, proposed_at, decided_by, decided_at, reason, superseded_at) = (excluded.state, excluded.department, excluded.outcome,
		excluded.answered_at, excluded.lon, excluded.lat, excluded.title, excluded.question, excluded.answer, excluded.folded_title,
		excluded.folded, excluded.masked, null, excluded.proposed_by, excluded.proposed_at, null, null, null, null);
	delete from publication_finding where ticket = t.id;
	insert into publication_finding (ticket, field, kind, at, length, text)
		select t.id, f.* from unnest(p_fields, p_kinds, p_offsets, p_lengths, p_pieces) f;
	t := publication_told_as(t, 'propose', 'staff', p_at, p_event, jsonb_build_object('from', v_from, 'to', 'proposed',
		'findings', cardinality(p_fields)));
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;
-- As in 0029; another answer supersedes what was published of the one before.
create or replace function ticket_change(o ticket, t ticket, a action, p_actor_kind text, p_at timestamptz, p_offers clock_offer[], p_calendar text,
	p_calendar_version bigint, p_event uuid, p_said_vi text, p_said_en text, p_data jsonb)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform clocks_move(t, a.code, p_at, p_offers, p_calendar, p_calendar_version);
	if exists (select from action_clock where action = a.code and clock = 'answer' and effect = 'stop') then
		t.answered_at := p_at;
		t.outcome := (select outcome from clock where ticket = t.id and kind in ('answer', 'appeal') and outcome <> 'passed'
			order by stop_at desc, kind desc, round desc limit 1);
	elsif o.done and (select open from state where code = t.state) then
		t.outcome := null;
	end if;
	update ticket set state = t.state, holder = t.holder, person = t.person, returns = t.returns, answered_at = t.answered_at,
		outcome = t.outcome, updated_at = p_at, version = version + 1
		where id = t.id returning * into t;
	perform clocks_settle(t);
	if t.holder <> o.holder then
		perform holding_pass(t, a.code, p_at);
	end if;
	update extension set state = 'lapsed' where ticket = t.id and state = 'requested' and (t.done or t.holder <> o.holder);
	update part set state = 'cancelled', ended_at = p_at, version = version + 1 where ticket = t.id and state = 'asked' and t.done;
	update question set ended = 'dropped', ended_at = least(greatest(p_at, asked_at), until_at) where ticket = t.id and ended_at is null
		and t.state <> 'needs_info';
	perform event_write(p_event, p_at, t.id, a.event, p_actor_kind, caller_account(), t.holder, o.state, t.state,
		a.public_vi || coalesce(': ' || p_said_vi, ''), a.public_en || coalesce(': ' || p_said_en, ''),
		nullif(jsonb_strip_nulls(p_data || jsonb_build_object('from_department', nullif(o.holder, t.holder))), '{}'));
	perform publication_supersede(t) where t.answered_at is distinct from o.answered_at;
	return t;
end $$;

-- --- whom it is told ------------------------------------------------------------------------------------------------------

-- As in 0033, of somebody who need not be the caller.
create function publication_may(t ticket, p_action text, p_roles text[], p_department bigint) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from publication_role r left join setting s on s.name = r.setting
		where r.action = p_action and r.role = any (p_roles) and coalesce(s.value, 1) = 1
			and (r.scope = 'all' or (r.scope = 'own' and t.holder = p_department)));
end $$;
create or replace function publication_may(t ticket, p_action text) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return publication_may(t, p_action, caller_roles(), caller_department());
end $$;
create function publication_open(t ticket, p_roles text[]) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not triage_discreet(t.id) or p_roles && '{coordinator,hub_head}';
end $$;
create or replace function publication_open(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return publication_open(t, caller_roles());
end $$;
-- Who is told that a version is to be proposed: who has the ticket, else whoever of its department may, else the hub.
create function publication_people(t ticket) returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select p.id from (
		select a.id, a.login, dense_rank() over (order by a.id is not distinct from t.person desc, a.department = t.holder desc) as place
		from account a cross join lateral (select array(select role from account_role where account = a.id) as roles) x
		where a.department in (t.holder, (select id from department where hub)) and a.active and a.email is not null
			and publication_may(t, 'propose', x.roles, a.department) and publication_open(t, x.roles)
			and notice_sees(a.id, a.department, t.sight, t.holder) and not person_barred(t.id, a.id) and not denounced(t.id, a.id)) p
	where p.place = 1 order by p.login limit (select value from setting where name = 'notice_people_most');
end $$;

alter table notice_rule drop constraint notice_rule_audience,
	add constraint notice_rule_audience check (audience in ('citizen', 'holder', 'author', 'reviewer', 'asked', 'signers', 'publishers', 'heads',
		'hub', 'leaders', 'event'));
comment on column notice_rule.audience is 'holder: the person who has the ticket, else the heads, else the officers of the holding
	department; author: of the reply that the event is about; reviewer: whose review was asked for; asked: of the department that was asked
	for the part of the event, who answered for it before, else as for holder; signers: who may sign the reply that waits; publishers:
	who may propose a version for the public, see publication_people(); hub: coordinators and heads of the hub; event: whom the event
	names in data->audiences';
-- Notices are kept for some days, and nobody but the worker that sends them waits for this.
alter table notice drop constraint notice_audience,
	add constraint notice_audience check (audience in ('citizen', 'holder', 'author', 'reviewer', 'asked', 'signers', 'publishers', 'heads', 'hub',
		'leaders', 'duty'));
insert into notice_rule (type, audience) values ('publication.superseded', 'publishers');
select letter_add('publication.superseded', 'staff', false, 'Nội dung công khai đã cũ',
	'Phiếu dưới đây có câu trả lời mới lúc {{at}}, nhưng nội dung đang công khai vẫn là câu trả lời trước. Đề nghị đề xuất nội dung '
		'công khai theo câu trả lời mới để được duyệt, hoặc đề nghị gỡ nội dung cũ.',
	'An older answer is public',
	'The ticket below was answered again at {{at}}, but what is public is still the answer before. Please propose a public version with the '
		'new answer, for somebody to approve, or have the old one hidden.');

-- As in 0056, one by one: each may propose.
create or replace function notice_target(p_audience text, p_ticket uuid, p_person uuid, p_at timestamptz, p_data jsonb)
returns table (person uuid, part uuid) language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if p_data ? 'undone' and not redating_told(p_ticket, p_data->>'redating', '{waiting,sending,sent}') then
		return;
	end if;
	if p_audience = 'publishers' then
		return query select x, null::uuid from ticket t cross join lateral publication_people(t) x where t.id = p_ticket;
		return;
	end if;
	return query select * from notice_person(p_audience, p_ticket, p_person, p_at, p_data);
end $$;
-- As in 0060, and who may propose.
create or replace function notice_people(p_holder bigint, p_sight text, p_person uuid, p_part uuid, p_audience text, p_now timestamptz)
returns table (account uuid, deputy boolean) language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_audience text := case when p_audience = 'holder' and not department_staffed(p_holder, p_sight) then 'hub' else p_audience end;
	v_department bigint := case v_audience when 'hub' then (select id from department where hub)
		when 'asked' then (select department from part where id = p_part) else p_holder end;
	v_people uuid[];
begin
	if p_audience = 'leaders' then
		v_people := array(select r.account from notice_role n join account_role r on r.role = n.role where n.audience = p_audience);
	elsif p_audience = 'publishers' then
		v_people := array[p_person];
	else
		v_people := array(select id from account where department = v_department);
	end if;
	v_people := array(select p.id from (
		select a.id, a.login, dense_rank() over (order by w.turn) as place
		from account a
			cross join lateral (select case when a.id = p_person then 0 else notice_turn(a.id, v_audience, p_sight) end as turn) w
		where a.id = any (v_people) and a.active and a.email is not null and w.turn is not null
			and notice_opens(a.id, a.department, p_sight, p_holder, p_part)) p
		where p.place = 1
		order by not exists (select from account_role where account = p.id and role = 'hub_head'), p.login
		limit (select value from setting where name = 'notice_people_most'));
	return query
	select p, false from unnest(v_people) p
	union all
	select distinct d.id, true from unnest(v_people) p join account a on a.id = p
		join absence b on b.account = a.id and b.from_at <= p_now and b.until_at > p_now
		join account d on d.id = b.deputy and d.department = a.department
	where d.active and d.email is not null and d.id <> all (v_people) and notice_opens(d.id, d.department, p_sight, p_holder, p_part);
end $$;
-- As in 0060, of those who may propose as well.
create or replace function notice_may(p_audience text, p_ticket uuid, p_sight text, p_account uuid, p_deputy boolean) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if p_audience in ('signers', 'asked', 'publishers') then
		return not person_barred(p_ticket, p_account)
			and not (p_audience = 'signers' and reply_authored(p_ticket, p_account))
			and not notice_kept(p_ticket, p_sight, p_account);
	end if;
	return not (p_deputy and kept_away(p_ticket, p_account)) and not notice_kept(p_ticket, p_sight, p_account);
end $$;
-- As in 0056; a version that is proposed by now, or hidden, or an answer that is looked at again, is told to nobody.
create or replace function notice_late(n notice, p_now timestamptz) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	e event;
	d jsonb;
begin
	select * into e from event where at = n.event_at and id = n.event;
	d := e.data;
	return coalesce(case
		when n.type = 'ticket.asked' then not exists (select from question where ticket = e.ticket and id::text = d->>'question'
			and ended_at is null and until_at > p_now)
		when n.type = 'publication.proposed' then publication_state_of(n.ticket) <> 'proposed'
		when n.type = 'publication.superseded' then not publication_outdated(n.ticket)
		when n.type = 'reply.review_asked' then not exists (select from review_request where id = (d->>'request')::uuid and state = 'asked')
		when n.type = 'ticket.redated' then redated_late(n, d)
		when n.type in ('reply.proposed', 'reply.unsigned') then (select state <> 'pending_approval' from ticket where id = n.ticket)
		when n.type = 'ticket.extension_requested' then not exists (select from extension where ticket = n.ticket and state = 'requested')
		when n.type = 'ticket.assigned' and d ? 'person' then (
			select person is distinct from (d->>'person')::uuid from ticket where id = n.ticket)
		when n.type in ('part.asked', 'clock.part_warning', 'clock.part_breached') then (
			select state <> 'asked' from part where id = (d->>'part')::uuid)
		when n.type in ('clock.warning', 'clock.breached', 'clock.escalated') then alarm_over(n.ticket, d) end, false);
end $$;
-- As in 0047, to those who may propose a version for the public, too.
create or replace function notices_make(p_now timestamptz, p_limit bigint) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off set enable_seqscan = off set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan as $$
declare
	v_after notice_cursor;
	v_audiences text[] := '{citizen,holder,author,reviewer,asked,signers,publishers,heads,hub,leaders}';
	v_stale interval := make_interval(hours => (select value from setting where name = 'notice_stale_hours'));
	v_citizen int := (select value from setting where name = 'notices_hour_citizen');
	v_staff int := (select value from setting where name = 'notices_hour_staff');
	v_hours int := (select value from setting where name = 'notices_hours');
	v_read bigint;
	v_held uuid[];
	v_merged bigint := (select value from setting where name = 'merge_told_most');
begin
	select * into v_after from notice_cursor where one for update skip locked;
	if not found then
		return 0;
	end if;
	with fed as materialized (
		select e.xid, e.id, e.at, e.type, e.ticket, e.actor, e.data, row_number() over (order by e.xid, e.id) as place
		from event e where (e.xid, e.id) > (v_after.xid, v_after.id) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
		order by e.xid, e.id limit p_limit),
	told as (
		select f.*, t.language, t.holder, t.sight, t.person, coalesce(f.data->>'urgent' = 'true', t.level = 'urgent') as urgent
		from fed f cross join lateral (select * from ticket where id = f.ticket offset 0) t
		where f.at > p_now - v_stale and exists (select from notice_rule r where r.type = f.type)),
	meant as materialized (
		select distinct o.*, case when r.audience = 'event' then x.audience else r.audience end as audience
		from told o join notice_rule r on r.type = o.type and (o.urgent or not r.only_urgent)
				and (r.if_data is null or o.data->>r.if_data = 'true')
			left join lateral jsonb_array_elements_text(case when r.audience = 'event' and jsonb_typeof(o.data->'audiences') = 'array'
				then o.data->'audiences' else '[]' end) x (audience) on true),
	-- Citizens of tickets that were merged into this one are told in the name of their own ticket.
	followed as materialized (
		select m.xid, m.id, m.at, m.type, x.id as ticket, m.actor, m.data, m.place, x.language, x.holder, x.sight, x.person, m.urgent, m.audience
		from meant m join notice_rule r on r.type = m.type and r.audience = m.audience and r.merged
			cross join lateral merged_below(m.ticket, v_merged) b (ticket)
			cross join lateral (select * from ticket where id = b.ticket offset 0) x),
	worded as (
		select m.xid, m.id, m.at, m.type, m.ticket, m.actor, m.place, m.language, m.holder, m.sight, x.person, x.part, m.urgent, m.audience
		from (select * from meant union all select * from followed) m
			cross join lateral notice_target(m.audience, m.ticket, m.person, m.at, m.data) x
		where m.audience = any (v_audiences) and exists (
			select from notice_template w where w.type = m.type and w.side = notice_side(m.audience) and w.valid_from <= p_now)),
	people as materialized (
		select g.*, p.account, p.deputy
		from (select distinct holder, sight, person, part, audience from worded where audience <> 'citizen') g
			cross join lateral notice_people(g.holder, g.sight, g.person, g.part, g.audience, p_now) p),
	recipient as (
		select m.*, null::uuid as account, c.email_index as key, v_citizen as cap
			from worded m cross join lateral (select email_index from contact where ticket = m.ticket offset 0) c
			where m.audience = 'citizen' and c.email_index is not null
		union all
		(select distinct on (m.place, p.account) m.*, p.account, uuid_send(p.account),
				case when not m.urgent and m.type not like 'clock.%' then v_staff end
			from worded m join people p on p.audience = m.audience and p.holder = m.holder and p.sight = m.sight
				and p.person is not distinct from m.person and p.part is not distinct from m.part
			where p.account is distinct from m.actor and notice_may(m.audience, m.ticket, m.sight, p.account, p.deputy)
			order by m.place, p.account, p.deputy, array_position(v_audiences, m.audience))),
	base as (
		select r.key, r.n, case when h.gone * r.cap >= l.n then p_now else coalesce(l.since, p_now) end as since,
			case when h.gone * r.cap >= l.n then 0 else coalesce(l.n, 0) end as used,
			r.cap * (v_hours + case when h.gone * r.cap >= l.n then 0 else coalesce(h.gone, 0) end) as most
		from (select key, cap, count(*) as n from recipient where cap is not null group by key, cap) r
			left join lateral (select * from notice_load where recipient = r.key offset 0) l on true
			left join lateral (select floor(extract(epoch from p_now - l.since) / 3600)::bigint as gone) h on true),
	loaded as (
		insert into notice_load (recipient, since, n) select key, since, least(used + n, greatest(used, most)) from base
		on conflict (recipient) do update set since = excluded.since, n = excluded.n),
	placed as (
		select r.*, b.most, b.used + row_number() over (partition by r.key order by r.place) as seat,
			b.since, b.used from recipient r join base b on b.key = r.key where r.cap is not null
		union all select r.*, 0, 0, p_now, 0 from recipient r where r.cap is null),
	made as (
		insert into notice (event, event_at, ticket, type, audience, account, language, urgent, made_at, state, error, next_at, not_before)
		select p.id, p.at, p.ticket, p.type, p.audience, p.account, coalesce(
			(select language from account where id = p.account), p.language), p.urgent,
			p_now, case when p.seat > p.most then 'cancelled' else 'waiting' end, case when p.seat > p.most then 'too_many' end,
			greatest(h.hour, p_now), case when h.hour > p_now and p.seat <= p.most then h.hour end
		from placed p cross join lateral (select p.since + (p.seat - 1) / greatest(p.cap, 1) * interval '1 hour' as hour) h
		on conflict on constraint notice_once do nothing
		returning ticket, not_before),
	moved as (
		update notice_cursor c set xid = l.xid, id = l.id from (select xid, id from fed order by place desc limit 1) l where c.one)
	select (select count(*) from fed), array(select distinct ticket from made where not_before is not null) into v_read, v_held;
	if v_held <> '{}' then
		perform notices_merge(v_held, p_now);
	end if;
	return v_read;
end $$;

-- --- how it is found -------------------------------------------------------------------------------------------------------

-- Of publications the queue asks no more than this, for tickets that the caller sees.
grant select (ticket, filed_at, state, superseded_at) on publication to tiepdan_app;
create policy publication_seen on publication for select to tiepdan_app using (exists (select from ticket t where t.id = publication.ticket));
-- As in 0074; `superseded`: only tickets of which others read an older answer, as with a tag or flag, filed last first.
create function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint, p_code text, p_tag text, p_flag text, p_most bigint, p_publication text)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_asked jsonb;
	v_person uuid;
begin
	if p_code is not null or p_publication is distinct from 'superseded' then
		return query select * from ticket_queue(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder, p_mine,
			p_person, p_unassigned, p_sort, p_now, p_soon, p_after, p_limit, p_number, p_code, p_tag, p_flag, p_most);
		return;
	end if;
	v_asked := queue_asked(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder);
	v_person := case when p_unassigned then nobody() when p_mine then caller_account() else p_person end;
	return query select * from queue_lines(array(
		select p.ticket from publication p
		where p.superseded_at is not null and p.state in ('public', 'link_only')
			and (p.filed_at, p.ticket) < (coalesce(split_part(p_after, '|', 2)::timestamptz, 'infinity'),
				coalesce(split_part(p_after, '|', 3)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
			and (p_tag is null or exists (select from ticket_tag x where x.ticket = p.ticket and x.name = p_tag and not x.flag))
			and (p_flag is null or exists (select from ticket_tag x where x.ticket = p.ticket and x.name = p_flag and x.flag))
			and ticket_asked(p.ticket, v_asked, v_person, p_now, p_soon)
		order by p.filed_at desc, p.ticket desc limit p_limit + 1), slot_current(), true, p_now, p_soon);
end $$;

-- --- another level for many tickets ----------------------------------------------------------------------------------------

-- What is said of a ticket among many that was refused something; NULL: nobody foresaw that. p_problems: in the order of p_sqlstates.
create function bulk_refusal(p_ticket uuid, p_state text, p_detail text, p_sqlstates text[], p_problems text[]) returns text
language plpgsql immutable set search_path = tiepdan, pg_temp as $$
declare
	v_problem text := p_problems[array_position(p_sqlstates, p_state)];
begin
	if p_state = 'TD409' and p_detail like '[%]' then
		v_problem := rtrim(v_problem, '}') || ',"moves":' || p_detail || '}';
	end if;
	return format('{"id":"%s","status":%s,"problem":%s}', p_ticket, v_problem::json->>'status', v_problem) where v_problem is not null;
end $$;
-- What is said of all of them, kept under the key of the request.
create function bulk_told(p_items text[], p_done int, p_key bytea) returns text language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_body text := format('{"done":%s,"refused":%s,"items":[%s]}', p_done, cardinality(p_items) - p_done, array_to_string(p_items, ','));
begin
	if p_key is not null then
		perform once_finish(p_key, 200, v_body);
	end if;
	return v_body;
end $$;
-- As in 0072, in parts, each of them above.
create or replace function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
	p_department text, p_person uuid, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[],
	p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_sqlstates text[], p_problems text[], p_key bytea)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_items text[] := array_fill(null::text, array[cardinality(p_tickets)]);
	v_done int := 0;
	v_state text;
	v_detail text;
begin
	for i in select * from unnest(p_tickets, p_versions, p_events) with ordinality x (ticket, version, event, ord)
			order by x.ticket, x.ord loop
		begin
			v_items[i.ord] := (
				select json_build_object('id', i.ticket, 'status', 200, 'version', m.etag::bigint, 'state', m.body::json->>'state')::text
				from ticket_move(i.ticket, p_action, i.version, p_reason_code, p_reason, p_department, p_person, null, p_at, p_policies,
					p_kinds, p_dues, p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, i.event, p_part_calendars, p_part_units,
					p_part_amounts, p_part_dues) m);
			v_done := v_done + 1;
		exception when others then
			get stacked diagnostics v_state = returned_sqlstate, v_detail = pg_exception_detail;
			v_items[i.ord] := bulk_refusal(i.ticket, v_state, v_detail, p_sqlstates, p_problems);
			if v_items[i.ord] is null then
				raise;
			end if;
		end;
	end loop;
	return bulk_told(v_items, v_done, p_key);
end $$;

-- level_facts() and the pauses of many tickets; `place`: in the order of the request. Nothing of those that are refused another level:
-- tickets_relevel() says why.
create function tickets_level_facts(p_tickets uuid[], p_versions bigint[], p_level text, p_sqlstates text[])
returns table (place bigint, fact policy_fact, chosen text) language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	i record;
begin
	for i in select * from unnest(p_tickets, p_versions) with ordinality x (ticket, version, place) order by x.ticket, x.place loop
		begin
			return query
			select i.place, row(f.*)::policy_fact, t.route->'rules'->>'profile'
			from level_facts(i.ticket, i.version, p_level) f, ticket t where t.id = i.ticket;
		exception when others then
			if not sqlstate = any (p_sqlstates) then
				raise;
			end if;
		end;
	end loop;
end $$;
create function tickets_pauses(p_tickets uuid[]) returns table (place bigint, from_s bigint, until_s bigint) language plpgsql stable
security definer set search_path = tiepdan, pg_temp as $$
begin
	return query
	select x.place, p.* from unnest(p_tickets) with ordinality x (ticket, place)
		join ticket t on t.id = x.ticket and sees(t) cross join lateral pauses_of(t.id) p
	order by x.place, p.from_s;
end $$;
-- ticket_relevel() of many tickets, each for itself. p_places to p_calendar_versions: what was decided of those that tickets_level_facts()
-- told of; p_dated: whose the dates are, p_offered: whose the offers.
create function tickets_relevel(p_tickets uuid[], p_versions bigint[], p_events uuid[], p_level text, p_reason text, p_at timestamptz,
	p_places bigint[], p_policies bigint[], p_calendars text[], p_calendar_versions bigint[], p_dated bigint[], p_slots bigint[],
	p_kinds text[], p_starts timestamptz[], p_waits boolean[], p_dues timestamptz[], p_alarms timestamptz[], p_clock_versions bigint[],
	p_units text[], p_amounts bigint[], p_extensions bigint[], p_offered bigint[], p_offer_policies bigint[], p_offer_kinds text[],
	p_offer_dues timestamptz[], p_offer_alarms timestamptz[], p_offer_units text[], p_offer_amounts bigint[], p_sqlstates text[],
	p_problems text[], p_key bytea)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_items text[] := array_fill(null::text, array[cardinality(p_tickets)]);
	v_done int := 0;
	v_state text;
	v_detail text;
begin
	for i in
		select x.*, f.place is not null as planned, f.policy, f.calendar, f.calendar_version, d.*, o.*
		from unnest(p_tickets, p_versions, p_events) with ordinality x (ticket, version, event, ord)
			left join unnest(p_places, p_policies, p_calendars, p_calendar_versions) f (place, policy, calendar, calendar_version)
				on f.place = x.ord
			left join (
				select dated, array_agg(slot) as slots, array_agg(kind) as kinds, array_agg(start_at) as starts, array_agg(waits) as waits,
					array_agg(due_at) as dues, array_agg(alarm_at) as alarms, array_agg(clock_version) as versions,
					array_agg(unit) as units, array_agg(amount) as amounts, array_agg(extension) as extensions
				from unnest(p_dated, p_slots, p_kinds, p_starts, p_waits, p_dues, p_alarms, p_clock_versions, p_units, p_amounts, p_extensions)
					u (dated, slot, kind, start_at, waits, due_at, alarm_at, clock_version, unit, amount, extension) group by dated) d
				on d.dated = x.ord
			left join (
				select offered, array_agg(policy) as offer_policies, array_agg(kind) as offer_kinds, array_agg(due_at) as offer_dues,
					array_agg(alarm_at) as offer_alarms, array_agg(unit) as offer_units, array_agg(amount) as offer_amounts
				from unnest(p_offered, p_offer_policies, p_offer_kinds, p_offer_dues, p_offer_alarms, p_offer_units, p_offer_amounts)
					u (offered, policy, kind, due_at, alarm_at, unit, amount) group by offered) o on o.offered = x.ord
		order by x.ticket, x.ord loop
		begin
			if not i.planned then
				perform level_facts(i.ticket, i.version, p_level);
				raise exception 'the ticket was refused this a moment ago' using errcode = 'lock_not_available';
			end if;
			v_items[i.ord] := (
				select json_build_object('id', i.ticket, 'status', 200, 'version', m.etag::bigint, 'state', m.body::json->>'state')::text
				from ticket_relevel(i.ticket, i.version, p_level, p_reason, i.policy, p_at, i.slots, i.kinds, i.starts, i.waits, i.dues,
					i.alarms, i.versions, i.units, i.amounts, i.extensions, i.offer_policies, i.offer_kinds, i.offer_dues, i.offer_alarms,
					i.offer_units, i.offer_amounts, i.calendar, i.calendar_version, i.event) m);
			v_done := v_done + 1;
		exception when others then
			get stacked diagnostics v_state = returned_sqlstate, v_detail = pg_exception_detail;
			v_items[i.ord] := bulk_refusal(i.ticket, v_state, v_detail, p_sqlstates, p_problems);
			if v_items[i.ord] is null then
				raise;
			end if;
		end;
	end loop;
	return bulk_told(v_items, v_done, p_key);
end $$;

-- --- what a move asks ------------------------------------------------------------------------------------------------------

-- As in 0060; who may not work on a ticket is kept by move_barred() from every action that would give it to the caller.
create or replace function moves_for(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_barred text := caller_barred(t.id);
begin
	return (
		select coalesce(json_agg(m.move order by m.ord), '[]')
		from json_array_elements(moves_open(t.state, t.sight, t.holder, t.returns, caller_roles(), caller_department()))
			with ordinality m (move, ord) join action a on a.code = m.move->>'action'
		where (a.code <> 'unassign' or unassign_applies(t)) and (a.code <> 'claim' or claim_applies(t)) and not move_meddles(t, a)
			and not move_spare(t, a.code)
			and not (move_barred(v_barred, a) and not (v_barred = 'handled' and bar_of_signers(t, a)))
			and not move_left(t, a.code));
end $$;
-- As in 0060, likewise.
create or replace function move_refuse(t ticket, p_action text) returns void language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	a action;
	v_hub boolean := exists (select from department where id = t.holder and hub);
	v_rule move_role;
begin
	select * into strict a from action where code = p_action;
	perform caller_impartial(t.id) where move_barred(caller_barred(t.id), a) or move_meddles(t, a);
	for v_rule in select * from move_role r where r.action = p_action and r.role = any (caller_roles()) and sight_fits(r.sight, t.sight)
			and (r.scope = 'all' or (t.holder = caller_department() and not (r.scope = 'own_not_hub' and v_hub))) loop
		if t.returns >= v_rule.max_returns then
			raise exception 'returned % times already', t.returns using errcode = 'TD419', detail = moves_of(t)::text;
		elsif p_action = 'assign' and move_spare(t, p_action) then
			raise exception 'nobody of the department may have the ticket' using errcode = 'TD443';
		end if;
		if p_action = 'claim' and not claim_applies(t) then
			raise exception 'somebody works on the ticket' using errcode = 'TD409', detail = moves_of(t)::text;
		end if;
	end loop;
	raise exception 'none of the caller''s roles may %', p_action using errcode = 'TD403';
end $$;

-- --- rating -----------------------------------------------------------------------------------------------------------------

-- As in 0047, locking the citizen's ticket and the one that was answered in the order of tracking_move(): else a second look of somebody
-- else would wait for the rating and the rating for it, or be rated as if it had not been asked for.
create or replace function tracking_rate(p_number bigint, p_generation bigint, p_score text, p_reasons text[], p_comment text,
	p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
	r ticket := case_root(t);
	v_about uuid := r.id;
	v_alone boolean;
begin
	perform tickets_lock(t.id, r.id);
	t := ticket_tracked(p_number, p_generation, false);
	r := case_root(t);
	if r.id <> v_about then
		raise exception 'the answer is of another ticket by now' using errcode = 'lock_not_available';
	end if;
	v_alone := r.id = t.id and not exists (select from ticket_merge where into_ticket = t.id and ended_at is null);
	if r.state not in ('answered', 'closed') then
		raise exception 'the ticket is %', r.state using errcode = 'TD409', detail = moves_tracked(t)::text;
	elsif not answer_told(t, r) then
		raise exception 'the answer is not published' using errcode = 'TD496';
	end if;
	insert into rating (ticket, answer, at, score, reasons, comment) values (t.id, r.id, p_at, p_score, coalesce(p_reasons, '{}'), p_comment);
	update ticket set version = version + 1, updated_at = p_at where id = r.id;
	perform event_write(p_event, p_at, r.id, 'ticket.rated', 'ticket', null, r.holder, null, null,
		case when v_alone then 'Người gửi phiếu đã đánh giá' end, case when v_alone then 'The citizen rated the answer' end, null);
end $$;

revoke execute on function publication_outdated, publication_supersede, publication_may(ticket, text, text[], bigint),
	publication_open(ticket, text[]), publication_people, bulk_refusal, bulk_told,
	tickets_level_facts, tickets_pauses, tickets_relevel,
	ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text, bigint, bigint,
		text, text, text, bigint, text) from public;
grant execute on function tickets_level_facts, tickets_pauses, tickets_relevel,
	ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text, bigint, bigint,
		text, text, text, bigint, text) to tiepdan_app;
