-- Another path: what was filed as the wrong kind or category is put where it belongs by the hub. Who may see it, who has it, its policy
-- and its clocks are those that the filing would have had; who had it until then learns nothing more of it.
set local search_path = tiepdan, public;

-- First what everybody takes first, see 0049.
lock table ticket in access exclusive mode;

-- --- the table -----------------------------------------------------------------------------------------------------------

-- As long as somebody works on it. It goes on in its state, or begins anew (path_anew()): then it is `submitted`, and its clocks are
-- those of `route`. TD610: it has this kind and category already; TD611: others are merged into it; TD612: whom it is against would see it.
alter table action drop constraint action_way,
	add constraint action_way check (way in ('move', 'question', 'extension', 'part', 'citizen', 'server', 'level', 'path'));
insert into action (code, position, event, reason, holder, person, reply, way, public_vi, public_en) values
	('reclassify', 34, 'ticket.reclassified', 'required', 'keep', 'keep', 'keep', 'path',
		'Phiếu được giải quyết theo loại, lĩnh vực khác', 'The ticket is dealt with as another kind or in another category');
insert into move select 'reclassify', s, s from unnest('{submitted,needs_info,accepted,in_progress,pending_approval}'::text[]) s
	union all select 'reclassify', s, 'submitted' from unnest('{needs_info,accepted,in_progress,pending_approval}'::text[]) s;
insert into move_role (action, role, scope) values ('reclassify', 'coordinator', 'all'), ('reclassify', 'hub_head', 'all');
-- Of what goes on; what the policy of before did not have begins now.
insert into action_clock (action, clock, effect, holder)
	select 'reclassify', clock, effect, holder from action_clock where action = 'relevel';

-- --- what was filed ------------------------------------------------------------------------------------------------------

create table filed_as (
	ticket   uuid not null,
	version  bigint not null,
	kind     text not null,
	category text not null,
	route    jsonb not null,
	constraint filed_as_pk primary key (ticket),
	constraint filed_as_ticket_fk foreign key (ticket) references ticket,
	constraint filed_as_kind_fk foreign key (kind) references kind
);
comment on table filed_as is 'What tickets were filed as that have another kind or category since.';
comment on column filed_as.version is 'of the ticket, by the last such change: with no other one its kind and sight change';

-- As in 0006, but for what filed_as lets through.
create or replace function ticket_guard() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if tg_op = 'UPDATE' and ((new.id, new.number, new.code, new.filed_at, new.title, new.text)
			is distinct from (old.id, old.number, old.code, old.filed_at, old.title, old.text)
		or ((new.kind, new.sight) is distinct from (old.kind, old.sight) and not (new.version > old.version
			and exists (select from filed_as where ticket = new.id and version = new.version)))) then
		raise exception 'what was filed does not change' using errcode = 'restrict_violation';
	end if;
	if tg_op = 'UPDATE' and new.state = old.state then
		new.done := old.done;
	elsif exists (select from move where to_state = new.state
		and from_state is not distinct from case when tg_op = 'UPDATE' then old.state end) then
		new.done := not (select open from state where code = new.state);
	else
		raise exception 'no move leads to %', new.state using errcode = 'TD409', detail = '[]';
	end if;
	return new;
end $$;

-- As in 0053; a replay tells the kind and the route of the filing.
create or replace function filed_body_of(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select filed_body(t.code, k.code, k.emergency_numbers, department_named(e.department), coalesce(f.route, t.route), filed_deadlines(t.id, p),
			promise_told(t.promise_days, t.promise_of), t.filed_at)
		from ticket t left join filed_as f on f.ticket = t.id join kind k on k.code = coalesce(f.kind, t.kind)
			join event e on e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed'
			left join policy p on p.id = (e.data->>'policy')::bigint
		where t.id = p_ticket);
end $$;

-- --- what the server needs -----------------------------------------------------------------------------------------------

-- What dates by another policy are made of: of level_facts() as in 0053.
create type policy_fact as (version bigint, matter text, category text, filed_s bigint, receiver text, holder text, accepted boolean,
	accepted_s bigint, slot bigint, kind text, round bigint, unit text, amount bigint, extension bigint, calendar text, calendar_version bigint,
	start_s bigint, waits boolean, pauses boolean, alarm_level bigint, profile text, receipt text);
create function policy_facts(t ticket) returns setof policy_fact language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select t.version, t.kind, t.category, floor(extract(epoch from t.filed_at))::bigint,
		(select d.code from holding h join department d on d.id = h.department where h.ticket = t.id
			order by h.since, h.until nulls last limit 1),
		(select d.code from department d where d.id = t.holder),
		exists (select from clock x where x.ticket = t.id and x.kind = 'accept' and x.outcome <> 'passed')
			or state_meant(t) <> 'submitted',
		floor(extract(epoch from answer_accepted(t)))::bigint,
		c.slot::bigint, c.kind, c.round::bigint, c.unit, c.amount::bigint, c.extension::bigint, c.calendar, c.version,
		floor(extract(epoch from c.start_at))::bigint, c.waits, k.pauses, c.alarm_level::bigint, p.profile, p.receipt
	from (values (1)) one (row) left join level_clocks(t) c on true
		left join clock_kind k on k.code = c.kind left join policy p on p.id = c.policy;
end $$;
create or replace function level_facts(p_ticket uuid, p_version bigint, p_level text)
returns table (version bigint, matter text, category text, filed_s bigint, receiver text, holder text, accepted boolean, accepted_s bigint,
	slot bigint, kind text, round bigint, unit text, amount bigint, extension bigint, calendar text, calendar_version bigint,
	start_s bigint, waits boolean, pauses boolean, alarm_level bigint, profile text, receipt text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'relevel');
	if t.level = p_level then
		raise exception 'the level is % already', p_level using errcode = 'TD455';
	end if;
	return query select * from policy_facts(t);
end $$;

-- What a decision about another path is made of. level: the one that the hub had set; NULL: it is that of the filing.
create function path_facts(p_ticket uuid, p_version bigint, out matter text, out category text, out area text, out against text, out level text,
	out filed_at timestamptz, out folded text, out language text, out channel text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'reclassify');
	matter := t.kind;
	category := t.category;
	area := t.area;
	against := (select d.code from ticket_against x join department d on d.id = x.department where x.ticket = t.id);
	level := (select t.level from event e where e.ticket = t.id and e.at >= t.filed_at and e.type = 'ticket.releveled' limit 1);
	filed_at := t.filed_at;
	folded := t.folded;
	language := t.language;
	channel := t.channel;
end $$;
create function path_clocks(p_ticket uuid, p_version bigint) returns setof policy_fact language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
begin
	return query select * from policy_facts(ticket_at_version(p_ticket, p_version));
end $$;

-- --- what goes with it -----------------------------------------------------------------------------------------------------

create function sight_closed(p_sight text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select closed from sight where code = p_sight);
end $$;
-- Whether a ticket begins anew: it comes to another department or only named people see it now, whoever works on it sees it no more, or
-- the citizen is being asked by who does not have to know. o: as it was.
create function path_anew(o ticket, t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return t.holder <> o.holder or o.state = 'needs_info' or (t.sight <> o.sight and sight_closed(t.sight))
		or (t.person is not null and not exists (select from sight_people(t.sight, t.holder) p where p = t.person));
end $$;
-- Departments that were asked for a part and must not hear of the ticket any more read nothing of it: what they were to do is taken back,
-- and what they gave stays with the ticket.
create function parts_recall(t ticket, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	p part;
begin
	for p in select * from part where ticket = t.id and state in ('asked', 'given')
			and (sight_closed(t.sight) or department_denounced(t.id, department)) order by id for no key update loop
		update part set state = 'cancelled', ended_at = greatest(coalesce(ended_at, p_at), asked_at), ended_by = coalesce(ended_by, caller_account()),
			text = coalesce(text, 'Đề nghị phối hợp được thu hồi.'), version = version + 1 where id = p.id;
		if p.state = 'asked' then
			perform event_write(gen_random_uuid(), p_at, t.id, 'part.cancelled', 'staff', caller_account(), p.department, null, null, null, null,
				jsonb_build_object('part', p.id));
		end if;
	end loop;
end $$;
-- What is no longer for the public is not published, and what was to be is proposed anew.
create function publication_recall(t ticket, p_at timestamptz) returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_from text := publication_state_of(t.id);
	v_action text := case when v_from = 'proposed' then 'drop'
		when v_from in ('public', 'link_only') and not (t.visibility = 'public' and t.sight = 'public') then 'hide' end;
	v_to text := (select to_state from publication_move where action = v_action and from_state = v_from);
begin
	if v_to is null then
		return t;
	end if;
	update publication set state = v_to, key = null, decided_by = caller_account(), decided_at = p_at where ticket = t.id;
	return publication_told_as(t, v_action, 'staff', p_at, gen_random_uuid(), jsonb_build_object('from', v_from, 'to', v_to));
end $$;

-- What the citizen reads of it, with the law that the new kind has.
create function path_said(o ticket, t ticket, p_day date, p_vi boolean) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	w triage_text := triage_text_on((select kind from triage_path where file_as = t.kind), p_day);
	v_kinds text[] := array(select case when p_vi then name_vi else name_en end from kind
		where t.kind <> o.kind and code in (o.kind, t.kind) order by code = t.kind);
	v_categories text[] := array(select case when p_vi then name_vi else name_en end from category
		where t.category <> o.category and code in (o.category, t.category) order by code = t.category);
begin
	return nullif(concat_ws('; ',
		case when v_kinds <> '{}' then case when p_vi then format('từ "%s" thành "%s"', v_kinds[1], v_kinds[2])
			else format('"%s" instead of "%s"', v_kinds[2], v_kinds[1]) end end,
		case when v_categories <> '{}' then case when p_vi then format('lĩnh vực từ "%s" thành "%s"', v_categories[1], v_categories[2])
			else format('category "%s" instead of "%s"', v_categories[2], v_categories[1]) end end,
		case when v_kinds <> '{}' then case when p_vi then 'căn cứ: ' || w.basis_vi else 'legal basis: ' || w.basis_en end end), '');
end $$;

-- --- the change ----------------------------------------------------------------------------------------------------------

-- What a ticket becomes, as the server has decided it.
create type path_taken as (kind text, category text, against text, level text, visibility text, sight text, route text, holder bigint, policy bigint,
	tags text[], flags text[]);
-- Gives a ticket another kind and category, and what the table of the filing says of them, with the marks of the rules alone. Returns it as it is now, with the holder and
-- person of before.
create function path_take(o ticket, p path_taken, p_at timestamptz) returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
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
	insert into ticket_tag
		select distinct t.id, name, false, t.filed_at from unnest(p.tags) x (name)
		union all select distinct t.id, name, true, t.filed_at from unnest(p.flags) x (name);
	perform parts_recall(t, p_at);
	return publication_recall(t, p_at);
end $$;
create function path_check(t ticket, p path_taken) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_against text := (select d.code from ticket_against x join department d on d.id = x.department where x.ticket = t.id);
begin
	if (t.kind, t.category) = (p.kind, p.category) and coalesce(p.against, v_against) is not distinct from v_against then
		raise exception 'it is of this kind and category already' using errcode = 'TD610';
	elsif coalesce(p.against, v_against) is not null and p.kind not in ('denunciation', 'complaint') then
		raise exception 'whom it is against would see it' using errcode = 'TD612';
	elsif (p.sight <> t.sight or p.against is not null) and exists (select from merged_below(t.id, 1)) then
		raise exception 'others are merged into it' using errcode = 'TD611';
	end if;
end $$;
-- Puts a ticket on another path; the arrays are as those of ticket_relevel(). Refusals as path_facts(), then TD428 no reason, those of
-- path_check(), TD430 no such department, and TD456 it would have whom it is against.
create function ticket_reclassify(p_ticket uuid, p_version bigint, p_kind text, p_category text, p_against text, p_level text,
	p_visibility text, p_sight text, p_route text, p_holder bigint, p_policy bigint, p_tags text[], p_flags text[], p_reason text, p_at timestamptz, p_slots bigint[],
	p_kinds text[], p_starts timestamptz[], p_waits boolean[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[],
	p_units text[], p_amounts bigint[], p_extensions bigint[], p_offer_policies bigint[], p_offer_kinds text[], p_offer_dues timestamptz[],
	p_offer_alarms timestamptz[], p_offer_units text[], p_offer_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	o ticket := ticket_at_version(p_ticket, p_version);
	b ticket;
	t ticket;
	a action;
	p path_taken := (p_kind, p_category, p_against, p_level, p_visibility, p_sight, p_route, p_holder, p_policy, p_tags, p_flags);
	v_offers clock_offer[] := clock_offers(p_policy, p_offer_policies, p_offer_kinds, p_offer_dues, p_offer_alarms, p_offer_units, p_offer_amounts);
	v_due timestamptz;
	v_moved boolean := p_policy is distinct from o.policy or o.state = 'needs_info';
begin
	perform move_check(o, 'reclassify');
	if nullif(p_reason, '') is null then
		raise exception 'reclassify needs a reason' using errcode = 'TD428';
	end if;
	perform path_check(o, p);
	perform slots_hold();
	v_due := answer_due(o.id);
	b := path_take(o, p, p_at);
	if v_moved then
		perform clocks_relevel(b, p_policy, p_at, p_slots, p_kinds, p_starts, p_waits, p_dues, p_alarms, p_versions, p_units, p_amounts,
			p_extensions);
	end if;
	t := b;
	t.holder := p_holder;
	select * into strict a from action where code = 'reclassify';
	if path_anew(o, t) then
		t.state := 'submitted';
		t.person := null;
		-- As by `route`, but told as what it is.
		select code into strict a.code from action where code = 'route';
		update reply set state = 'sent_back', decided_by = caller_account(), decided_at = p_at where ticket = t.id and state = 'proposed';
	else
		v_offers := relevel_offers(t, v_offers);
	end if;
	t := ticket_change(b, t, a, 'staff', p_at, v_offers, p_calendar, p_calendar_version, p_event,
		path_said(o, t, city_day(p_at), true), path_said(o, t, city_day(p_at), false), jsonb_build_object('reason', p_reason,
			'from_kind', o.kind, 'kind', t.kind, 'from_category', o.category, 'category', t.category, 'from_level', o.level, 'level', t.level,
			'from_visibility', o.visibility, 'visibility', t.visibility, 'from_sight', o.sight, 'sight', t.sight, 'from_policy', o.policy,
			'policy', t.policy, 'from_person', case when t.person is distinct from o.person then o.person end, 'against', p_against,
			'due_before', instant(v_due), 'due_after', instant(answer_due(t.id))));
	if department_denounced(t.id, t.holder) then
		raise exception 'the holder is denounced' using errcode = 'TD456';
	end if;
	if t.kind = 'emergency' and o.kind <> t.kind then
		perform danger_file(array[t.id]), danger_tell(t.id, p_at);
	end if;
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- --- who is told ---------------------------------------------------------------------------------------------------------

insert into notice_rule (type, audience, merged) values ('ticket.reclassified', 'citizen', true), ('ticket.reclassified', 'holder', false);
select letter_add('ticket.reclassified', 'citizen', true, 'Phiếu của Ông/Bà được giải quyết theo trình tự khác',
	'{{what}}. Kính mời Ông/Bà xem loại, lĩnh vực, căn cứ pháp luật và thời hạn mới khi tra cứu phiếu.',
	'Your ticket is dealt with in another way', '{{what}}. Please read the kind, the law and the new deadlines when you follow the ticket.');
select letter_add('ticket.reclassified', 'staff', false, 'Phiếu được chuyển theo loại, lĩnh vực phù hợp',
	'{{what}} (lúc {{at}}). Đề nghị xem phiếu và tiếp tục giải quyết theo quy định.',
	'A ticket came to you by its kind or category', '{{what}} (at {{at}}). Please read the ticket and deal with it as the rules provide.');
-- As in 0056; a letter does not name what a ticket has become that is not for everybody's eyes.
create or replace function notice_what(e event, p_zone text, p_vi boolean) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if e.type = 'ticket.reclassified' and e.data->>'sight' not in ('public', 'private', 'restricted') then
		return (
			select case when p_vi then public_vi else public_en end from action where event = e.type);
	end if;
	return concat_ws('. ', coalesce(case when p_vi then e.public_vi else e.public_en end, ''),
		case when e.type = 'ticket.redated' then redated_said(e.data, p_zone, p_vi) end);
end $$;

-- As in 0034, with whether the ticket has the kind that is meant: then nobody has to decide on it.
create or replace function triage_suggestions(p_ticket uuid, out body text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	select json_build_object('suggestions', coalesce(json_agg(json_build_object('kind', s.kind, 'name_vi', p.name_vi, 'name_en', p.name_en,
		'score', s.score, 'words', to_json(s.words), 'at', instant(s.at), 'file_as', p.file_as, 'settled', coalesce(p.file_as = t.kind, false))
			order by p.position), '[]'))::text into body
	from triage_suggestion s join triage_path p on p.kind = s.kind join ticket t on t.id = s.ticket where s.ticket = ticket_visible(p_ticket);
end $$;

-- No policy, so no row: the functions are the only way.
alter table filed_as enable row level security;
revoke all on filed_as from public;
revoke execute on function policy_facts, path_facts, path_clocks, sight_closed, path_anew, parts_recall, publication_recall, path_said,
	path_take, path_check, ticket_reclassify from public;
grant execute on function path_facts, path_clocks, ticket_reclassify to tiepdan_app;
