-- The hub: it changes the level of a ticket; who is denounced is named at the filing and never gets it; danger to life shows the
-- numbers to call first; who is sent elsewhere reads where that is; the texts of triage have their time.
set local search_path = tiepdan, public;

-- First what everybody takes first, and as a whole, as its policy wants it below: else one would wait for the other in a circle, each
-- time anew.
lock table ticket in access exclusive mode;

-- --- the level of a ticket -----------------------------------------------------------------------------------------------

-- The level comes from the category. Policies are chosen by it, so that another level is, for clocks that run, another limit: they
-- are dated anew from their own start, as if the ticket had been filed with it (app/ticket/plan.h). TD455: it has this level already.
alter table action drop constraint action_way,
	add constraint action_way check (way in ('move', 'question', 'extension', 'part', 'citizen', 'server', 'level'));
insert into action (code, position, event, reason, holder, person, reply, way, public_vi, public_en) values
	('relevel', 32, 'ticket.releveled', 'required', 'keep', 'keep', 'keep', 'level',
		'Mức độ của phiếu được thay đổi', 'The level of the ticket was changed');
insert into move select 'relevel', code, code from state where open;
insert into move_role (action, role, scope) values ('relevel', 'coordinator', 'all'), ('relevel', 'hub_head', 'all');
-- What the policy of the old level did not have begins now; relevel_offers() says what of it.
insert into action_clock (action, clock, effect, holder) values
	('relevel', 'update', 'start', 'any'), ('relevel', 'step', 'start', 'not_hub'), ('relevel', 'route', 'start', 'hub'),
	('relevel', 'answer', 'start', 'any');

create function level_name(p_level text, p_vi boolean) returns text language sql immutable parallel safe as $$
	select case when not p_vi then p_level else case p_level when 'urgent' then 'khẩn' when 'complex' then 'phức tạp' else 'bình thường' end end
$$;

-- What the server needs to date the clocks of a ticket by the policy of another level: at least one row, without a kind when no clock
-- runs. The receiver is the department that the policy was chosen for at the filing. Refuses what cannot be done.
create function level_facts(p_ticket uuid, p_version bigint, p_level text)
returns table (version bigint, matter text, category text, filed_s bigint, receiver text, holder text, accepted boolean, slot bigint,
	kind text, round bigint, unit text, amount bigint, extension bigint, calendar text, calendar_version bigint, start_s bigint,
	waits boolean, pauses boolean, alarm_level bigint, profile text, receipt text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'relevel');
	if t.level = p_level then
		raise exception 'the level is % already', p_level using errcode = 'TD455';
	end if;
	return query
	select t.version, t.kind, t.category, floor(extract(epoch from t.filed_at))::bigint,
		(select d.code from holding h join department d on d.id = h.department where h.ticket = t.id
			order by h.since, h.until nulls last limit 1),
		(select d.code from department d where d.id = t.holder),
		exists (select from clock x where x.ticket = t.id and x.kind = 'accept' and x.outcome <> 'passed')
			or coalesce((select q.from_state from question q where q.ticket = t.id and q.ended_at is null), t.state) <> 'submitted',
		c.slot::bigint, c.kind, c.round::bigint, c.unit, c.amount::bigint, c.extension::bigint, c.calendar, c.version,
		floor(extract(epoch from c.start_at))::bigint, c.waits, k.pauses, c.alarm_level::bigint, p.profile, p.receipt
	from (values (1)) one (row) left join clock_running c on c.ticket = t.id and c.kind <> 'none'
		left join clock_kind k on k.code = c.kind left join policy p on p.id = c.policy;
end $$;

-- Of the clocks that the policy offers: no update before somebody has accepted, no answer where there was one, no way to find once
-- the hub has accepted.
create function relevel_offers(t ticket, p_offers clock_offer[]) returns clock_offer[] language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_state text := coalesce((select from_state from question where ticket = t.id and ended_at is null), t.state);
begin
	return array(
		select o from unnest(p_offers) o
		where not (o.kind = 'update' and v_state = 'submitted')
			and not (o.kind = 'answer' and exists (select from clock where ticket = t.id and kind = 'answer'))
			and not (o.kind = 'route' and v_state not in ('submitted', 'reopened', 'appealed')));
end $$;

-- New dates by another policy: parallel arrays, one element a row of clock_running; one without a date has no limit any more and ends
-- without a verdict. An alarm level that has fired fires again for the new date. When a slot has come between: 55P03.
create function clocks_relevel(t ticket, p_policy bigint, p_at timestamptz, p_slots bigint[], p_kinds text[], p_starts timestamptz[],
	p_waits boolean[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[], p_units text[], p_amounts bigint[],
	p_extensions bigint[])
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if exists (select from clock_running c join clock_slot s on s.slot = c.slot and s.role <> 'empty'
		where c.ticket = t.id and c.kind <> 'none' and not exists (
			select from unnest(p_slots, p_kinds) i (slot, kind) where i.slot = c.slot and i.kind = c.kind)) then
		raise exception 'the clocks have changed' using errcode = 'lock_not_available';
	end if;
	with ended as (
		delete from clock_running c using unnest(p_slots, p_kinds, p_dues) i (slot, kind, due_at)
		where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind and i.due_at is null
		returning c.*)
	-- Not the answer: reports would take it for one that was given.
	insert into clock (ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due,
		stop_at, outcome, days)
	select ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due, p_at, 'passed', 0
	from ended where slot = slot_current() and kind <> 'answer';
	update clock_running c set policy = p_policy, unit = i.unit, amount = i.amount, extension = i.extension,
			-- The server counts seconds.
			start_at = case when date_trunc('second', c.start_at) = i.start_at then c.start_at else i.start_at end,
			waits = i.waits, due_at = i.due_at, alarm_at = coalesce(i.alarm_at, 'infinity'), alarm_level = 1, version = i.version
		from unnest(p_slots, p_kinds, p_starts, p_waits, p_dues, p_alarms, p_versions, p_units, p_amounts, p_extensions)
			i (slot, kind, start_at, waits, due_at, alarm_at, version, unit, amount, extension)
		where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind and i.due_at is not null;
	-- What is asked for was measured by the old limit.
	update extension set state = 'lapsed' where ticket = t.id and state = 'requested';
end $$;

-- The day until which the citizen gets an answer, as far as a clock runs for it.
create function answer_due(p_ticket uuid) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select min(due_at) from clock_running where slot = slot_current() and ticket = p_ticket and kind in ('answer', 'appeal'));
end $$;
-- What the citizen reads of it.
create function relevel_said(p_from text, p_to text, p_due timestamptz, p_moved boolean, p_vi boolean) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	if p_vi then
		return format('từ %s thành %s; ', level_name(p_from, true), level_name(p_to, true)) || case
			when not p_moved then 'thời hạn không thay đổi'
			when p_due is null then 'hiện không có thời hạn trả lời nào đang được tính'
			else 'hạn trả lời mới là ' || to_char(p_due at time zone template_zone(), 'HH24:MI "ngày" DD/MM/YYYY') end;
	end if;
	return format('from %s to %s; ', level_name(p_from, false), level_name(p_to, false)) || case
		when not p_moved then 'the deadlines stay as they were'
		when p_due is null then 'no deadline for an answer is running'
		else 'the answer is now due at ' || to_char(p_due at time zone template_zone(), 'YYYY-MM-DD HH24:MI') end;
end $$;

-- Gives a ticket another level, and the policy that goes with it. The arrays are the new dates of its running clocks, then the offers
-- of clocks that begin. Refusals as those of level_facts(), then TD428 no reason.
create function ticket_relevel(p_ticket uuid, p_version bigint, p_level text, p_reason text, p_policy bigint, p_at timestamptz,
	p_slots bigint[], p_kinds text[], p_starts timestamptz[], p_waits boolean[], p_dues timestamptz[], p_alarms timestamptz[],
	p_versions bigint[], p_units text[], p_amounts bigint[], p_extensions bigint[], p_offer_policies bigint[], p_offer_kinds text[],
	p_offer_dues timestamptz[], p_offer_alarms timestamptz[], p_offer_units text[], p_offer_amounts bigint[], p_calendar text,
	p_calendar_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	o ticket;
	t ticket;
	a action;
	v_due timestamptz;
	v_moved boolean;
begin
	perform level_facts(p_ticket, p_version, p_level);
	select * into strict o from ticket where id = p_ticket;
	select * into strict a from action where code = 'relevel';
	if nullif(p_reason, '') is null then
		raise exception 'relevel needs a reason' using errcode = 'TD428';
	end if;
	v_moved := p_policy is distinct from o.policy;
	update ticket set level = p_level, policy = p_policy, updated_at = p_at, version = version + 1 where id = o.id returning * into t;
	if v_moved then
		perform slots_hold();
		v_due := answer_due(t.id);
		perform clocks_relevel(t, p_policy, p_at, p_slots, p_kinds, p_starts, p_waits, p_dues, p_alarms, p_versions, p_units, p_amounts,
			p_extensions);
		perform clocks_move(t, 'relevel', p_at, relevel_offers(t, clock_offers(t.policy, p_offer_policies, p_offer_kinds, p_offer_dues,
			p_offer_alarms, p_offer_units, p_offer_amounts)), p_calendar, p_calendar_version);
		perform clocks_settle(t);
	end if;
	perform event_write(p_event, p_at, t.id, a.event, 'staff', caller_account(), t.holder, o.state, t.state,
		a.public_vi || ': ' || relevel_said(o.level, t.level, answer_due(t.id), v_moved, true),
		a.public_en || ': ' || relevel_said(o.level, t.level, answer_due(t.id), v_moved, false),
		jsonb_strip_nulls(jsonb_build_object('from_level', o.level, 'level', t.level, 'reason', p_reason,
			'from_policy', case when v_moved then o.policy end, 'due_before', instant(v_due),
			'due_after', case when v_moved then instant(answer_due(t.id)) end)));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- As in 0019. A replay tells what was told at the filing, so by the policy that the ticket had then.
create or replace function filed_body_of(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select filed_body(t.code, t.kind, k.emergency_numbers,
			(select department_named(e.department) from event e where e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed'), t.route,
			(select string_agg(deadline_told(c.kind, c.latest_due, p.answer_from_acceptance and p.accept_unit <> 'none'
						and c.kind = 'answer', p.profile, p.citation_vi,
					p.citation_en), ',' order by x.position)
				from clock_all c join clock_kind x on x.code = c.kind and x.told
				where c.ticket = t.id and c.round = 1 and exists (
					select from action_clock a where a.action = 'file' and a.clock = c.kind)),
			promise_told(t.promise_days, t.promise_of), t.filed_at)
		from ticket t join kind k on k.code = t.kind
			left join lateral (select data->>'from_policy' as policy from event where ticket = t.id and at >= t.filed_at
				and type = 'ticket.releveled' and data ? 'from_policy' order by at, id limit 1) r on true
			left join policy p on p.id = coalesce(r.policy::bigint, t.policy)
		where t.id = p_ticket);
end $$;

insert into notice_rule (type, audience, merged) values ('ticket.releveled', 'citizen', true), ('ticket.releveled', 'holder', false);
select letter_add('ticket.releveled', 'citizen', true, 'Mức độ phiếu của Ông/Bà được thay đổi', '{{what}}.',
	'The level of your ticket was changed', '{{what}}.');
select letter_add('ticket.releveled', 'staff', false, 'Mức độ phiếu được thay đổi',
	'{{what}} (lúc {{at}}). Đề nghị xem lý do khi tra cứu phiếu.',
	'The level of a ticket was changed',
	'{{what}} (at {{at}}). Please read the reason with the ticket.');

-- --- whom a ticket is against ----------------------------------------------------------------------------------------------

-- Who denounces or complains may name the department that it is about. Neither that department nor one below it nor its successor
-- gets the ticket, is asked for a part of it, or sees it (Law on denunciations 25/2018, Art. 47 and 56); who gets it instead says
-- decide_filing() (civil/decide.h).
create table ticket_against (
	ticket     uuid not null,
	department bigint not null,
	constraint ticket_against_pk primary key (ticket),
	constraint ticket_against_ticket_fk foreign key (ticket) references ticket,
	constraint ticket_against_department_fk foreign key (department) references department
);
comment on table ticket_against is 'The department that a denunciation or complaint, or what was split from one, is about.';

-- Whether a department is the one that a ticket is against, one below it, or a successor of these.
create function department_denounced(p_ticket uuid, p_department bigint) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from ticket_against where ticket = p_ticket) then
		return false;
	end if;
	return exists (
		with recursive own as (
			select id, parent from department where id = p_department
			union select d.id, d.parent from own o join department d on d.id = o.parent),
		named as (
			select department as id from ticket_against where ticket = p_ticket
			union select d.successor from named n join department d on d.id = n.id where d.successor is not null)
		select from own join named using (id));
end $$;
-- Whether a ticket is against the department of this person. Runs as the owner: nobody else reads whom tickets are against.
create function denounced(p_ticket uuid, p_account uuid) returns boolean language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return department_denounced(p_ticket, (select department from account where id = p_account));
end $$;

-- As in 0029, and who is of the department that the ticket is against.
create or replace function kept_away(p_ticket uuid, p_account uuid) returns boolean language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from ticket_excluded where ticket = p_ticket and account = p_account and reason <> 'handled')
		or denounced(p_ticket, p_account);
end $$;
create or replace function sees(t ticket) returns boolean language sql stable as $$
	select tiepdan.may_see(t.sight, t.holder, tiepdan.caller_sees_all(), tiepdan.caller_sees_own(), tiepdan.caller_department())
		and case when t.sight = 'denunciation' then not tiepdan.kept_away(t.id, tiepdan.caller_account())
			when t.kind = 'complaint' then not tiepdan.denounced(t.id, tiepdan.caller_account()) else true end
$$;
alter policy ticket_seen on ticket
	using (may_see(sight, holder, (select caller_sees_all()), (select caller_sees_own()), (select caller_department()))
		and case when sight = 'denunciation' then not kept_away(id, (select caller_account()))
			when kind = 'complaint' then not denounced(id, (select caller_account())) else true end);

-- As in 0047, and neither does who is of that department.
create or replace function notice_kept(p_ticket uuid, p_sight text, p_account uuid) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return (p_sight = 'denunciation' and kept_away(p_ticket, p_account)) or denounced(p_ticket, p_account);
end $$;

-- As in 0029: no figure or list names it to them either.
create or replace function ticket_nameable(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (t.sight in ('public', 'private', 'restricted') and not denounced(t.id, caller_account())) or sees(t);
end $$;
-- As in 0034: who must not hear of it is not on duty for it.
create or replace function danger_people(t ticket, p_audience text, p_event uuid, p_now timestamptz) returns uuid[] language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return array(
		select p.id from (
			select a.id, a.login, dense_rank() over (order by w.turn) as place
			from (
				select d.account, 0 as turn from duty d where p_audience = 'duty' and d.from_at <= p_now and d.until_at > p_now
				union all select r.account, min(n.turn) from notice_role n join account_role r on r.role = n.role
					where n.audience = p_audience and n.audience = 'hub' group by r.account) w
				join account a on a.id = w.account
			where a.active and a.email is not null and (p_audience = 'duty' or a.department = (select id from department where hub))
				and notice_sees(a.id, a.department, t.sight, t.holder)
				and not notice_kept(t.id, t.sight, a.id)
				and not exists (select from bounce b where b.recipient = uuid_send(a.id))
				and not exists (select from notice n where n.ticket = t.id and n.event = p_event and n.account = a.id
					and n.state in ('bounced', 'failed'))) p
		where p.place = 1 order by p.login);
end $$;

-- Whom tickets are against that are filed in the same transaction, parallel arrays; a ticket that was not made is not there. TD456:
-- it was given to just them.
create function against_file(p_tickets uuid[], p_departments text[]) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_named bigint;
begin
	insert into ticket_against (ticket, department)
	select t.id, d.id from unnest(p_tickets, p_departments) i (ticket, department) join ticket t on t.id = i.ticket
		join department d on d.code = i.department;
	get diagnostics v_named = row_count;
	if exists (select from ticket t where t.id = any (p_tickets) and department_denounced(t.id, t.holder)) then
		raise exception 'the holder is denounced' using errcode = 'TD456';
	end if;
	return v_named;
end $$;
-- The code of it, for whoever sees the ticket; NULL: it is against nobody.
create function ticket_against(p_ticket uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select d.code from ticket_against x join department d on d.id = x.department where x.ticket = ticket_visible(p_ticket));
end $$;

-- Whoever moves a ticket, and whatever is asked of others: it does not come to who is denounced, and nothing that they may have is
-- put together with it.
create function against_guard() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_denounced boolean;
begin
	if tg_table_name = 'ticket' then
		v_denounced := department_denounced(new.id, new.holder);
	else
		v_denounced := department_denounced(new.ticket, new.department);
	end if;
	if v_denounced then
		raise exception 'the ticket is against this department' using errcode = 'TD456';
	end if;
	return new;
end $$;
create trigger against_holder before update of holder on ticket for each row when (new.holder <> old.holder)
	execute function against_guard();
create trigger against_part before insert on part for each row execute function against_guard();
create function against_apart() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	if exists (select from ticket_against where ticket in (new.ticket, new.into_ticket)) then
		raise exception 'a ticket against a department stands alone' using errcode = 'TD482';
	end if;
	return new;
end $$;
create trigger against_merge before insert on ticket_merge for each row execute function against_apart();

alter table ticket_against enable row level security;
-- No policy, so no row: who is denounced does not learn of it.
revoke all on ticket_against from public;

-- --- the texts of triage, and danger to life -------------------------------------------------------------------------------

-- What a path tells is law, and changes with it: each version counts from a day on until there is another one.
create table triage_text (
	kind       text not null,
	valid_from date,
	numbers    text[] not null default '{}',
	text_vi    text not null,
	text_en    text not null,
	basis_vi   text,
	basis_en   text,
	constraint triage_text_version unique nulls not distinct (kind, valid_from),
	constraint triage_text_kind_fk foreign key (kind) references triage_path,
	constraint triage_text_basis check ((basis_vi is null) = (basis_en is null)),
	constraint triage_text_plain check (strpos(text_vi || text_en, '{{') = 0)
);
comment on column triage_text.valid_from is 'the first day; NULL: always';
comment on column triage_text.numbers is 'to be called at once, before anything is written';
comment on column triage_text.basis_vi is 'the legal citation';
insert into triage_text select kind, null, numbers, text_vi, text_en, basis_vi, basis_en from triage_path;
alter table triage_path drop column numbers, drop column text_vi, drop column text_en, drop column basis_vi, drop column basis_en;

-- The version of a day.
create function triage_text_on(p_kind text, p_day date) returns triage_text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	w triage_text;
begin
	select * into w from triage_text where kind = p_kind and p_day >= coalesce(valid_from, '-infinity')
		order by valid_from desc nulls last limit 1;
	return w;
end $$;
create or replace function triage_paths() returns table (kind text, threshold bigint, file_as text, path text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_today date := city_day(now());
begin
	return query
	select p.kind, p.threshold::bigint, p.file_as, json_build_object('kind', p.kind, 'name_vi', p.name_vi, 'name_en', p.name_en,
		'numbers', to_json((w).numbers), 'text_vi', (w).text_vi, 'text_en', (w).text_en, 'basis_vi', (w).basis_vi, 'basis_en', (w).basis_en,
		'file_as', p.file_as)::text
	from triage_path p cross join lateral triage_text_on(p.kind, v_today) w where w.kind is not null order by p.position;
end $$;

insert into import_type (code, pattern, wanted, most) values
	('calls', '^[0-9]{3,12}( [0-9]{3,12}){0,7}$', 'telephone numbers separated by blanks', 120);
insert into import_kind values ('triage_texts', '{kind,valid_from}');
insert into import_column values
	('triage_texts', 'kind', 'triage_kind', true, null), ('triage_texts', 'valid_from', 'date', false, null),
	('triage_texts', 'numbers', 'calls', false, null), ('triage_texts', 'text_vi', 'words', true, null),
	('triage_texts', 'text_en', 'words', true, null), ('triage_texts', 'basis_vi', 'text', false, null),
	('triage_texts', 'basis_en', 'text', false, null);
create function import_triage_texts(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into triage_text (kind, valid_from, numbers, text_vi, text_en, basis_vi, basis_en)
	values (r->>'kind', (r->>'valid_from')::date, coalesce(string_to_array(r->>'numbers', ' '), '{}'), r->>'text_vi', r->>'text_en',
		r->>'basis_vi', r->>'basis_en')
	on conflict on constraint triage_text_version do update set (numbers, text_vi, text_en, basis_vi, basis_en) =
		(excluded.numbers, excluded.text_vi, excluded.text_en, excluded.basis_vi, excluded.basis_en)
$$;
comment on function import_triage_texts is 'kind (danger, crime, secret, denunciation, complaint, press, information_request, data_request,
spam), valid_from (optional: always), numbers (to call at once, separated by blanks; optional), text_vi, text_en, basis_vi, basis_en (the legal
citation; optional). Each counts until the next one.';

-- What is told in danger to life.
create function danger_text(p_day date) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	w triage_text := triage_text_on('danger', p_day);
begin
	return (
		select json_build_object('numbers', to_json(w.numbers), 'text_vi', w.text_vi, 'text_en', w.text_en)::text where w.numbers <> '{}');
end $$;
-- For the copy in memory: phrases with their weight, and each version of what is told, with the weight from which on.
create function danger_lists() returns table (phrase text, weight bigint, valid_from bigint, valid_to bigint, told text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select w.phrase, w.weight::bigint, (w.valid_from - date '1970-01-01')::bigint, (w.valid_to - date '1970-01-01')::bigint, null
	from triage_word w where w.kind = 'danger'
	union all
	select null, p.threshold::bigint, (x.valid_from - date '1970-01-01')::bigint, null, danger_text(coalesce(x.valid_from, '-infinity'))
	from triage_path p join triage_text x on x.kind = p.kind where p.kind = 'danger';
end $$;

-- Who filed them was told whom to call, before everything else, and is told so wherever they look as long as the ticket is open.
create table ticket_danger (
	ticket uuid not null,
	constraint ticket_danger_pk primary key (ticket),
	constraint ticket_danger_ticket_fk foreign key (ticket) references ticket
);
comment on table ticket_danger is 'Tickets that sounded like danger to life at the filing, by the citizen''s own choice or by their words.';
create function danger_file(p_tickets uuid[]) returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_marked bigint;
begin
	insert into ticket_danger select t.id from unnest(p_tickets) i (ticket) join ticket t on t.id = i.ticket on conflict do nothing;
	get diagnostics v_marked = row_count;
	return v_marked;
end $$;
create function in_danger(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not t.done and exists (select from ticket_danger where ticket = t.id);
end $$;

-- What the citizen reads when following the ticket.
create function tracking_whole(t ticket, p_now timestamptz, p_soon timestamptz) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_body text := tracking_body(t, p_now, p_soon);
begin
	if in_danger(t) then
		v_body := coalesce('{"emergency":' || danger_text(city_day(p_now)) || ',' || substr(v_body, 2), v_body);
	end if;
	return v_body;
end $$;
-- As in 0032, with tracking_whole().
create or replace function tracking_show(p_numbers bigint[], p_generations bigint[], p_known bigint[], p_now timestamptz, p_soon timestamptz,
	p_soon_later timestamptz)
returns table (ord bigint, version bigint, body text, fresh_until timestamptz)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_switches bigint := (select generation from clock_slot where role = 'current') << 40;
	v_slot int := slot_current();
	v_later timestamptz := p_now + interval '1 minute';
begin
	return query
	select i.ord, v.shown, case when v.shown is distinct from i.known then tracking_whole(t, p_now, p_soon) end,
		case when v.shown is not distinct from i.known then null
			when exists (select from clock_running c where c.slot = v_slot
				and c.ticket = case t.state when 'merged' then ticket_root(t.id) else t.id end
				and (c.due_at between p_now and v_later or c.due_at between p_soon and p_soon_later)) then p_now
			else v_later end
	from unnest(p_numbers, p_generations, p_known) with ordinality i (number, generation, known, ord)
		join ticket t on t.number = i.number and t.generation = i.generation
		cross join lateral (select tracking_version(t) + v_switches as shown) v;
end $$;

-- A letter to the citizen of an open ticket that sounded like danger begins with whom to call. `p_words` is a template: plain text,
-- or HTML; NULL stays NULL.
create function letter_words(p_ticket uuid, p_citizen boolean, p_language text, p_words text, p_html boolean) returns text
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_told text;
begin
	select * into strict t from ticket where id = p_ticket;
	if p_citizen and in_danger(t) then
		v_told := danger_text(city_day(now()))::json->>case p_language when 'en' then 'text_en' else 'text_vi' end;
	end if;
	return case when v_told is null then p_words
		when not p_html then v_told || E'\n\n' || p_words
		else regexp_replace(p_words, '^(.*<body[^>]*>)?', '\1<p><strong>' || replace(replace(replace(replace(v_told, '&', '&amp;'),
			'<', '&lt;'), '>', '&gt;'), '\', '\\') || '</strong></p>', 'i') end;
end $$;

-- No policy, so no row: the functions are the only way.
alter table ticket_danger enable row level security;
revoke all on triage_text, ticket_danger from public;

-- --- where who is sent elsewhere finds it ----------------------------------------------------------------------------------

create table organisation (
	code       text not null,
	reasons    text[] not null default '{}',
	name_vi    text not null,
	name_en    text not null,
	address_vi text,
	address_en text,
	phone      text,
	website    text,
	valid_from date,
	note       text,
	constraint organisation_version unique nulls not distinct (code, valid_from),
	constraint organisation_address check ((address_vi is null) = (address_en is null)),
	constraint organisation_reachable check (coalesce(address_vi, phone, website) is not null)
);
comment on table organisation is 'Where citizens are sent to by a redirection, also outside the city. A version counts until the next one.';
comment on column organisation.code is 'that of a department, when it is one';
comment on column organisation.reasons is 'codes of refusal_reason: who is redirected for them, and to no department by name, is sent here';

insert into import_type (code, pattern, wanted, most) values
	('reasons', '^[A-Za-z0-9._-]{1,64}( [A-Za-z0-9._-]{1,64}){0,9}$', 'codes of reasons separated by blanks', 650),
	('phone', '^\+?[0-9][0-9 .()-]{2,38}$', 'a telephone number', 40),
	('website', '^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[^[:cntrl:][:space:]"<>]*)?$', 'an address that begins with http:// or https://', 300);
insert into import_kind values ('organisations', '{code,valid_from}');
insert into import_column values
	('organisations', 'code', 'code', true, null), ('organisations', 'reasons', 'reasons', false, null),
	('organisations', 'name_vi', 'text', true, null), ('organisations', 'name_en', 'text', true, null),
	('organisations', 'address_vi', 'text', false, null), ('organisations', 'address_en', 'text', false, null),
	('organisations', 'phone', 'phone', false, null), ('organisations', 'website', 'website', false, null),
	('organisations', 'valid_from', 'date', false, null), ('organisations', 'note', 'text', false, null);
create function import_organisations(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into organisation (code, reasons, name_vi, name_en, address_vi, address_en, phone, website, valid_from, note)
	values (r->>'code', coalesce(string_to_array(r->>'reasons', ' '), '{}'), r->>'name_vi', r->>'name_en', r->>'address_vi', r->>'address_en',
		r->>'phone', r->>'website', (r->>'valid_from')::date, r->>'note')
	on conflict on constraint organisation_version do update set (reasons, name_vi, name_en, address_vi, address_en, phone, website, note) =
		(excluded.reasons, excluded.name_vi, excluded.name_en, excluded.address_vi, excluded.address_en, excluded.phone, excluded.website,
		excluded.note)
$$;
comment on function import_organisations is 'code (that of the department, when it is one), reasons (codes of refusal reasons for which citizens
are sent there, separated by blanks; optional), name_vi, name_en, address_vi, address_en, phone, website (one of the three at least), valid_from
(optional: always), note (optional). Each counts until the next one of its code.';

-- What is in force on a day: of the code, or else for the reason.
create function organisation_for(p_code text, p_reason text, p_day date) returns organisation language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	w organisation;
begin
	select * into w from (
		select distinct on (code) * from organisation where p_day >= coalesce(valid_from, '-infinity')
		order by code, valid_from desc nulls last) o
	where case when p_code is not null then o.code = p_code else p_reason = any (o.reasons) end
	order by o.code limit 1;
	return w;
end $$;
create function organisation_told(o organisation) returns json language sql immutable parallel safe as $$
	select json_build_object('code', o.code, 'name_vi', o.name_vi, 'name_en', o.name_en, 'address_vi', o.address_vi, 'address_en', o.address_en,
		'phone', o.phone, 'website', o.website) where o.code is not null
$$;

-- As in 0031, with the address of where the citizen was sent to.
create or replace function refusal_of(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if t.state not in ('refused', 'redirected') then
		return null;
	end if;
	return (
		select json_build_object('code', r.code, 'text_vi', r.text_vi, 'text_en', r.text_en, 'basis_vi', r.basis_vi, 'basis_en', r.basis_en,
			'department', (select named(d.code, d.name_vi, d.name_en) from department d where d.code = e.data->>'sent_to'),
			'organisation', case when t.state = 'redirected'
				then organisation_told(organisation_for(e.data->>'sent_to', r.code, city_day(now()))) end)
		from event e join refusal_reason r on r.code = e.data->>'reason_code'
		where e.ticket = t.id and e.to_state = t.state and e.at > t.filed_at - interval '1 day' and e.at < now() + interval '1 day'
		order by e.at desc limit 1);
end $$;

-- What a letter says for {{what}}: of a redirection also where to go.
create function letter_what(p_ticket uuid, p_citizen boolean, p_language text, p_what text) returns text
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	o json;
	v_vi boolean := p_language is distinct from 'en';
begin
	select * into strict t from ticket where id = p_ticket;
	if p_citizen and t.state = 'redirected' and t.sight in ('public', 'private', 'restricted') and starts_with(p_what, (
		select case when v_vi then public_vi else public_en end from action where code = 'redirect')) then
		o := refusal_of(t)->'organisation';
	end if;
	return p_what || coalesce(case when v_vi then ' Địa chỉ liên hệ: ' else ' Where to turn to: ' end
		|| concat_ws('; ', o->>case when v_vi then 'name_vi' else 'name_en' end, o->>case when v_vi then 'address_vi' else 'address_en' end,
			case when v_vi then 'điện thoại ' else 'telephone ' end || (o->>'phone'), o->>'website') || case when o->>'code' is not null then '.' end, '');
end $$;

-- What of this can be exported, and compared before it is imported.
do $$
begin
	execute 'create or replace view import_row as ' || rtrim(pg_get_viewdef('import_row'::regclass), ';') || '
		union all select ''triage_words'', concat_ws('' '', kind, phrase, valid_from), jsonb_strip_nulls(to_jsonb(w)) from triage_word w
		union all select ''triage_texts'', concat_ws('' '', kind, valid_from), jsonb_strip_nulls(to_jsonb(x)
			|| jsonb_build_object(''numbers'', nullif(array_to_string(numbers, '' ''), ''''))) from triage_text x
		union all select ''organisations'', concat_ws('' '', code, valid_from), jsonb_strip_nulls(to_jsonb(o)
			|| jsonb_build_object(''reasons'', nullif(array_to_string(reasons, '' ''), ''''))) from organisation o';
end $$;
revoke all on organisation from public;

revoke execute on function level_name, level_facts, relevel_offers, clocks_relevel, answer_due, relevel_said, ticket_relevel,
	department_denounced, denounced, against_file, ticket_against, against_guard, against_apart, triage_text_on, import_triage_texts,
	danger_text, danger_lists, danger_file, in_danger, tracking_whole, letter_words, import_organisations, organisation_for, organisation_told,
	letter_what from public;
grant execute on function level_facts, ticket_relevel, denounced, against_file, ticket_against, danger_lists, danger_file, letter_words,
	letter_what to tiepdan_app;
