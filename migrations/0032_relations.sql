-- Tickets that have to do with each other. A merge is an edge and nothing else: no row of the merged ticket goes to another one,
-- its clocks are put aside, and taking the edge away brings everything back as it was. Edges begin and end at open tickets, so
-- that each ticket has at most one, they form trees, and the root is found by following them.
set local search_path = tiepdan, public;

insert into setting values
	('merge_told_most', 1000, 'an event of a ticket is told to at most this many citizens of tickets merged into it');

alter table sight add column merges boolean not null default false;
update sight set merges = true where code in ('public', 'private', 'restricted');
comment on column sight.merges is 'such tickets can be merged with each other, and related';

insert into action (code, position, event, reason, holder, person, reply, way, conditional, public_vi, public_en) values
	('merge', 30, 'ticket.merged', 'optional', 'keep', 'keep', 'keep', 'server', true,
		'Phiếu được gộp với một phiếu khác về cùng sự việc', 'The ticket was merged with another one about the same matter'),
	('unmerge', 31, 'ticket.unmerged', 'required', 'keep', 'keep', 'keep', 'server', true,
		'Phiếu được tách khỏi phiếu đã gộp và tiếp tục được giải quyết riêng', 'The ticket is no longer merged; the work on it goes on');
insert into move select 'merge', code, 'merged' from state where open;
insert into move select 'unmerge', 'merged', code from state where open;
insert into move values ('withdraw', 'merged', 'withdrawn');
insert into move_role (action, role, scope)
	select a, r, s from unnest('{merge,unmerge}'::text[]) a, (values ('head', 'own'), ('coordinator', 'all'), ('hub_head', 'all')) x (r, s);

alter table action_clock drop constraint action_clock_effect,
	add constraint action_clock_effect check (effect in ('stop', 'pass', 'start', 'renew', 'begin', 'park', 'unpark'));
comment on column action_clock.effect is 'park: put aside as it is until unpark brings it back';
insert into action_clock (action, clock, effect)
	select a, code, case a when 'merge' then 'park' else 'unpark' end from clock_kind, unnest('{merge,unmerge}'::text[]) a;

-- --- edges ---------------------------------------------------------------------------------------------------------------

create table ticket_merge (
	id          uuid not null,
	ticket      uuid not null,
	into_ticket uuid not null,
	kind        text not null,
	at          timestamptz not null,
	person      uuid,
	reason      text,
	from_state  text not null,
	question    uuid,
	extension   uuid,
	parts       uuid[] not null default '{}',
	ended_at    timestamptz,
	ended_by    uuid,
	constraint ticket_merge_pk primary key (id),
	constraint ticket_merge_ticket_fk foreign key (ticket) references ticket,
	constraint ticket_merge_into_fk foreign key (into_ticket) references ticket,
	constraint ticket_merge_person_fk foreign key (person) references account,
	constraint ticket_merge_ended_by_fk foreign key (ended_by) references account,
	constraint ticket_merge_from_state_fk foreign key (from_state) references state,
	constraint ticket_merge_kind check (kind in ('merged', 'joined') and (kind = 'joined') = (person is null)),
	constraint ticket_merge_other check (ticket <> into_ticket),
	constraint ticket_merge_ended check (ended_at >= at and (ended_by is null or ended_at is not null)),
	constraint ticket_merge_reason_length check (char_length(reason) <= 2000)
);
create unique index ticket_merge_current on ticket_merge (ticket) where ended_at is null;
create index ticket_merge_below on ticket_merge (into_ticket, at, ticket) where ended_at is null;
create index ticket_merge_of_ticket on ticket_merge (ticket, at);
comment on table ticket_merge is 'Which ticket was merged into which; the present edge of a merged ticket is the one without ended_at.';
comment on column ticket_merge.kind is 'merged: by staff; joined: by its citizen, who filed nothing else';
comment on column ticket_merge.from_state is 'where the ticket goes back to';
comment on column ticket_merge.question is 'the question that was open, and goes on when the ticket is back';
comment on column ticket_merge.extension is 'the extension that was asked for';
comment on column ticket_merge.parts is 'what other departments were asked to contribute';

-- The clocks of merged tickets stay where they are, in every slot (0018), so that a re-dating reaches them as it reaches all others
-- and can be taken back for them, too. No queue, alarm, preview or page sees them.
alter table clock_running add column parked boolean not null default false,
	add constraint clock_running_parked check (not (parked and (first or moved)));
comment on column clock_running.parked is 'put aside by a merge until it is taken back';
drop index clock_running_alarm;
create index clock_running_alarm on clock_running (alarm_at) where alarm_at < 'infinity' and not parked;
create or replace view clock_all with (security_invoker = true) as
	select ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, false as waits, due_at,
		latest_due, stop_at, outcome
	from clock
	union all
	select ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, waits, due_at,
		latest_due, null, null
	from clock_running where slot = slot_current() and kind <> 'none' and not parked;

-- The ticket that stands for this one: itself unless it is merged.
create function ticket_root(p_ticket uuid) returns uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_root uuid := p_ticket;
	v_next uuid;
begin
	loop
		select into_ticket into v_next from ticket_merge where ticket = v_root and ended_at is null;
		exit when not found;
		v_root := v_next;
	end loop;
	return v_root;
end $$;
create function case_root(t ticket) returns ticket language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r ticket := t;
begin
	if t.state = 'merged' then
		select * into r from ticket where id = ticket_root(t.id);
	end if;
	return r;
end $$;
-- All tickets merged into this one, and into those.
create function merged_below(p_ticket uuid, p_limit bigint) returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	with recursive below as (
		select m.ticket from ticket_merge m where m.into_ticket = p_ticket and m.ended_at is null
		union all
		select m.ticket from below b join ticket_merge m on m.into_ticket = b.ticket and m.ended_at is null)
	select b.ticket from below b limit p_limit;
end $$;
-- How many filed or joined the same matter besides the citizen of this ticket.
create function supporters_of(p_ticket uuid) returns bigint language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select count(*) from merged_below(p_ticket, null));
end $$;

-- Puts the clocks aside that the action parks, or brings them back. An alarm whose time went by fires then.
create function clocks_park(t ticket, p_action text) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform slots_hold();
	update clock_running r set parked = x.effect = 'park', holder = t.holder, first = false, moved = r.moved and x.effect <> 'park'
		from action_clock x where r.ticket = t.id and x.action = p_action and x.clock = r.kind and x.effect in ('park', 'unpark');
end $$;

-- As in 0019; a clock that is put aside is not the first.
create or replace function clocks_settle(t ticket) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update clock_running set holder = t.holder where ticket = t.id and holder <> t.holder;
	delete from clock_running r where r.ticket = t.id and r.kind = 'none' and (t.done
		or exists (select from clock_running x where x.ticket = r.ticket and x.slot = r.slot and x.kind <> 'none'));
	insert into clock_running (slot, ticket, kind, round, holder, due_at, latest_due, first)
	select s.slot, t.id, 'none', 1, t.holder, 'infinity', 'infinity', true from clock_slot s
		where s.role <> 'empty' and not t.done and not exists (select from clock_running where ticket = t.id and slot = slot_current())
	on conflict (slot, ticket, kind) do nothing;
	update clock_running r set first = not r.first
		from (select slot, kind, row_number() over (partition by slot order by due_at, kind) = 1 as first
			from clock_running where ticket = t.id and not parked) x
		where r.ticket = t.id and r.slot = x.slot and r.kind = x.kind and r.first <> x.first;
end $$;

-- As in 0026, without those that are put aside.
create or replace function alarms_due(p_now timestamptz, p_limit bigint)
returns setof alarm_fact language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_slot int := slot_current();
begin
	return query
	with due as materialized (
		select c.ticket, c.kind, c.alarm_level, row_number() over (order by c.alarm_at) as place
		from (select r.* from clock_running r where r.slot = v_slot and r.alarm_at < p_now and r.alarm_at < 'infinity' and not r.parked
			order by r.alarm_at limit p_limit) c)
	select d.place, c.slot::bigint, c.ticket, c.kind, c.round::bigint, c.alarm_level::bigint,
		floor(extract(epoch from c.alarm_at) * 1000)::bigint, c.unit, c.calendar, p.profile, floor(extract(epoch from c.start_at))::bigint,
		floor(extract(epoch from c.due_at))::bigint, floor(extract(epoch from q.asked_at))::bigint,
		floor(extract(epoch from coalesce(q.ended_at, q.until_at)))::bigint, c.version
	from due d join clock_slot s on s.role <> 'empty'
		join clock_running c on c.slot = s.slot and c.ticket = d.ticket and c.kind = d.kind and c.alarm_level = d.alarm_level
			and c.alarm_at < 'infinity'
		join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
		left join question q on q.ticket = c.ticket and k.pauses
	order by d.place, c.slot <> v_slot, q.asked_at;
end $$;

-- As in 0023, but the arrays are unpacked together: functions in FROM would write each array to a store of its own first. What is
-- put aside stays so, and is neither counted nor told as moved.
create or replace function redating_copy(r redating, p_after uuid, p_until uuid, p_tickets uuid[], p_tids text[], p_xids bigint[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[])
returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_copied bigint;
begin
	execute format($sql$
		insert into clock_running_%1$s (slot, ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at,
			waits, due_at, latest_due, first, alarm_at, alarm_level, parked, moved)
		select $1, c.ticket, c.kind, c.round, c.holder, c.policy, coalesce(i.unit, c.unit), coalesce(i.amount, c.amount), c.extension,
			c.calendar, v.version, coalesce(i.start_at, c.start_at), c.waits, coalesce(i.due_at, c.due_at), c.latest_due, i.first and not c.parked,
			case when i.due_at is null then c.alarm_at else coalesce(i.alarm_at, 'infinity') end, c.alarm_level, c.parked,
			coalesce(i.due_at <> c.due_at, false) and not c.parked
		from (select unnest($2::tid[]) as tid, unnest($3) as xid, unnest($4) as start_at, unnest($5) as due_at, unnest($6) as alarm_at,
				unnest($7) as unit, unnest($8) as amount, unnest($9) as first) i
			join clock_running_%2$s c on c.ctid = i.tid and c.xmin::text::bigint = i.xid
			left join (select calendar, max(version) as version from calendar_version group by calendar) v on v.calendar = c.calendar
		where c.ticket > $10 and c.ticket <= $11 and ($12 is null or c.ticket = any ($12))
		$sql$, r.slot, 1 - r.slot)
		using r.slot, p_tids, p_xids, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts, p_after, p_until, p_tickets;
	get diagnostics v_copied = row_count;
	return v_copied;
end $$;

-- As in 0023; a question that a merge has put aside still stops the clocks until its own end.
create or replace function redating_pauses(p_id uuid, p_after uuid, p_limit bigint)
returns table (ticket uuid, from_s bigint, until_s bigint, ended boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	r redating;
	v_until uuid;
begin
	select * into r from redating where id = p_id;
	v_until := coalesce((select ticket from clock_running where slot = 1 - r.slot and ticket > p_after order by ticket, kind
		offset p_limit - 1 limit 1), r.fill_until);
	return query
	select q.ticket, floor(extract(epoch from q.asked_at))::bigint, floor(extract(epoch from case when q.ended = 'dropped' and exists (
			select from ticket_merge m where m.ticket = q.ticket and m.question = q.id and m.ended_at is null) then q.until_at
			else coalesce(q.ended_at, q.until_at) end))::bigint, q.ended_at is not null
	from question q where q.ticket > p_after and q.ticket <= v_until order by q.ticket, q.asked_at;
end $$;

-- Locks two tickets in one order, so that two who name them the other way round cannot wait for each other in a circle.
create function tickets_lock(p_one uuid, p_other uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform from ticket where id in (p_one, p_other) order by id for no key update;
end $$;

-- The ticket that another one is to be merged into. TD480 not seen, TD481 it is closed or the same, TD482 not the same sight,
-- or one that is not merged at all, TD403 another department's.
create function merge_target(o ticket, p_into uuid) returns ticket language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r ticket;
begin
	select * into r from ticket t where id = p_into and sees(t);
	if not found then
		raise exception 'no such ticket' using errcode = 'TD480';
	elsif r.id = o.id or r.done then
		raise exception 'nothing is merged into a ticket that is %', r.state using errcode = 'TD481';
	elsif r.sight <> o.sight or not (select merges from sight where code = o.sight) then
		raise exception '% is not merged into %', o.sight, r.sight using errcode = 'TD482';
	elsif not exists (select from move_role where action = 'merge' and role = any (caller_roles())
		and (scope = 'all' or r.holder = caller_department())) then
		raise exception 'the other ticket is another department''s' using errcode = 'TD403';
	end if;
	return r;
end $$;

-- Something happened to a ticket because of another one.
create function ticket_touch(t ticket, p_type text, p_at timestamptz, p_vi text, p_en text, p_data jsonb)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update ticket set version = version + 1, updated_at = p_at where id = t.id;
	perform event_write(gen_random_uuid(), p_at, t.id, p_type, 'staff', caller_account(), t.holder, null, null, p_vi, p_en, p_data);
end $$;

-- Merges a ticket into another one. Refusals as ticket_move(), then those of merge_target().
create function ticket_merge_into(p_ticket uuid, p_version bigint, p_into uuid, p_reason text, p_at timestamptz, p_event uuid,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	o ticket;
	t ticket;
	r ticket;
	a action;
begin
	perform tickets_lock(p_ticket, p_into);
	o := ticket_at_version(p_ticket, p_version);
	perform move_check(o, 'merge');
	r := merge_target(o, p_into);
	select * into strict a from action where code = 'merge';
	insert into ticket_merge (id, ticket, into_ticket, kind, at, person, reason, from_state, question, extension, parts)
	values (p_event, o.id, r.id, 'merged', p_at, caller_account(), p_reason, o.state,
		(select id from question where ticket = o.id and ended_at is null), (select id from extension where ticket = o.id and state = 'requested'),
		array(select id from part where ticket = o.id and state = 'asked'));
	perform clocks_park(o, a.code);
	t := o;
	t.state := 'merged';
	t := ticket_change(o, t, a, 'staff', p_at, null, null, null, p_event, null, null, jsonb_build_object('into', r.id, 'reason', p_reason));
	perform ticket_touch(r, 'ticket.merged_in', p_at, 'Một phiếu khác về cùng sự việc được gộp vào phiếu này',
		'Another ticket about the same matter was merged into this one', jsonb_build_object('ticket', o.id));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- Takes the edge of a locked ticket away; everything is as it was before, but for the time that went by.
create function merge_undo(o ticket, m ticket_merge, p_actor_kind text, p_at timestamptz, p_event uuid, p_data jsonb)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket := o;
	a action;
begin
	select * into strict a from action where code = 'unmerge';
	update ticket_merge set ended_at = greatest(p_at, at), ended_by = caller_account() where id = m.id;
	perform clocks_park(o, a.code);
	t.state := m.from_state;
	t := ticket_change(o, t, a, p_actor_kind, p_at, null, null, null, p_event, null, null, p_data);
	update question set ended = null, ended_at = null where id = m.question;
	update extension set state = 'requested' where id = m.extension and state = 'lapsed';
	update part set state = 'asked', ended_at = null, version = version + 1 where id = any (m.parts) and state = 'cancelled';
	return t;
end $$;

create function ticket_unmerge(p_ticket uuid, p_version bigint, p_reason text, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	o ticket;
	m ticket_merge;
	r ticket;
begin
	perform tickets_lock(p_ticket, (select into_ticket from ticket_merge where ticket = p_ticket and ended_at is null));
	o := ticket_at_version(p_ticket, p_version);
	perform move_check(o, 'unmerge');
	select * into m from ticket_merge where ticket = o.id and kind = 'merged' and ended_at is null;
	if not found then
		raise exception 'the citizen joined another ticket' using errcode = 'TD409', detail = moves_of(o)::text;
	end if;
	select * into r from ticket where id = m.into_ticket;
	perform ticket_touch(r, 'ticket.unmerged_from', p_at, null, null, jsonb_build_object('ticket', o.id));
	o := merge_undo(o, m, 'staff', p_at, p_event, jsonb_build_object('into', m.into_ticket, 'reason', p_reason));
	select x.body, x.etag into body, etag from ticket_moved(o) x;
end $$;

-- Whether other citizens have joined a ticket: then it is their matter, too, and nobody withdraws it from under them.
create function others_joined(p_ticket uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from ticket_merge where into_ticket = p_ticket and kind = 'joined' and ended_at is null);
end $$;
-- Before a citizen withdraws a ticket: its own edge ends, and the tickets that staff merged into it go on alone, because
-- nobody withdraws the matter of somebody else. 55P03 when one of them is just being changed.
create function merges_leave(o ticket, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	m ticket_merge;
	t ticket;
begin
	update ticket_merge set ended_at = greatest(p_at, at) where ticket = o.id and ended_at is null;
	for m in select * from ticket_merge where into_ticket = o.id and kind = 'merged' and ended_at is null order by ticket loop
		select * into t from ticket where id = m.ticket for no key update nowait;
		perform merge_undo(t, m, 'job', p_at, gen_random_uuid(), jsonb_build_object('into', o.id));
	end loop;
end $$;

-- --- the citizen's side --------------------------------------------------------------------------------------------------

-- The published replies of a ticket, from an instant on; all of them (0011) are those since ever.
create function replies_published_since(p_ticket uuid, p_since timestamptz) returns json language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(decided_at), 'text', text, 'department', department_named(department))
			order by version), '[]')
		from reply where ticket = p_ticket and state = 'published' and decided_at >= p_since);
end $$;
create or replace function replies_published(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return replies_published_since(p_ticket, '-infinity');
end $$;
-- What the citizen of a merged ticket sees of the one that stands for it: the work and the answers, nothing that others wrote.
-- Answers to the other citizen from before are not theirs; and who joined by themselves are strangers to that citizen, whose
-- name and address an answer may hold: they read what is published (0033), which nobody has objected to.
create function merge_told(t ticket, p_now timestamptz, p_soon timestamptz) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	m ticket_merge;
begin
	select * into m from ticket_merge where ticket = t.id and ended_at is null;
	return (
		select json_build_object('code', case when r.visibility = 'public' then r.code end, 'state', r.state, 'state_vi', s.name_vi,
			'state_en', s.name_en, 'holder', department_named(r.holder), 'deadlines', deadlines_of(r.id, p_now, p_soon),
			'replies', case m.kind when 'joined' then publication_replies(r.id) else replies_published_since(r.id, m.at) end,
			'reviews', reviews_of(r.id, t.id))
		from ticket r join state s on s.code = r.state where t.state = 'merged' and r.id = ticket_root(t.id));
end $$;

create or replace function may_write(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return messages_room(t.id) > 1 and case when t.state = 'merged'
		then (select not r.done or r.state = 'answered' from ticket r where r.id = ticket_root(t.id)) else not t.done or t.state = 'answered' end;
end $$;

-- A message stays with the ticket of who wrote it; staff who have the root are told there.
create or replace function tracking_message(p_number bigint, p_generation bigint, p_id uuid, p_text text, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
	r ticket;
begin
	if char_length(p_text) > messages_room(t.id) then
		raise exception 'the ticket has all the messages it may have' using errcode = 'TD420';
	elsif not may_write(t) then
		raise exception 'the ticket is %', t.state using errcode = 'TD409', detail = moves_tracked(t)::text;
	end if;
	insert into message (id, ticket, at, text) values (p_id, t.id, p_at, p_text);
	update ticket set version = version + 1, updated_at = p_at where id = t.id;
	perform event_write(p_event, p_at, t.id, case t.state when 'merged' then 'ticket.message_merged' else 'ticket.message' end, 'ticket', null,
		t.holder, null, null, 'Người gửi phiếu đã viết thêm', 'The citizen wrote a message', jsonb_build_object('message', p_id));
	if t.state = 'merged' then
		select * into r from ticket where id = ticket_root(t.id);
		perform event_write(gen_random_uuid(), p_at, r.id, 'ticket.message', 'ticket', null, r.holder, null, null, null, null,
			jsonb_build_object('message', p_id, 'ticket', t.id));
	end if;
end $$;

-- Which page of a ticket its citizen has: that of a merged one depends on all up to the root, and who joins changes no row.
create function tracking_version(t ticket) returns bigint language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if t.state <> 'merged' and not exists (select from ticket_merge where into_ticket = t.id and ended_at is null) then
		return t.version;
	end if;
	return hashtextextended(concat_ws(' ', t.version, supporters_of(t.id), (select concat_ws(' ', r.id, r.version, rating_of(t.id)->>'at')
			from ticket r where t.state = 'merged' and r.id = ticket_root(t.id))), 0) & ((1::bigint << 39) - 1) | (1::bigint << 39);
end $$;

-- As before, with tracking_version(), and fresh as long as the ticket that stands for it.
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
	select i.ord, v.shown, case when v.shown is distinct from i.known then tracking_body(t, p_now, p_soon) end,
		case when v.shown is not distinct from i.known then null
			when exists (select from clock_running c where c.slot = v_slot
				and c.ticket = case t.state when 'merged' then ticket_root(t.id) else t.id end
				and (c.due_at between p_now and v_later or c.due_at between p_soon and p_soon_later)) then p_now
			else v_later end
	from unnest(p_numbers, p_generations, p_known) with ordinality i (number, generation, known, ord)
		join ticket t on t.number = i.number and t.generation = i.generation
		cross join lateral (select tracking_version(t) + v_switches as shown) v;
end $$;

-- --- whom it is told -----------------------------------------------------------------------------------------------------

alter table notice_rule add column merged boolean not null default false,
	add constraint notice_rule_merged check (not merged or audience = 'citizen');
comment on column notice_rule.merged is 'and the citizens of tickets that were merged into this one';
update notice_rule set merged = true where audience = 'citizen' and type in ('ticket.accepted', 'ticket.routed', 'ticket.answered',
	'ticket.refused', 'ticket.redirected', 'ticket.closed', 'ticket.progress', 'ticket.extension_approved', 'ticket.reopened', 'ticket.appealed');
-- Then an event goes to several tickets: notice_once gets another column with 0043.

insert into notice_rule (type, audience) values
	('ticket.merged', 'citizen'), ('ticket.unmerged', 'citizen'), ('ticket.unmerged', 'holder'), ('ticket.split', 'citizen');
select letter_add('ticket.merged', 'citizen', false, 'Phiếu của Ông/Bà được gộp với phiếu cùng sự việc',
	'Phiếu của Ông/Bà được gộp lúc {{at}} với một phiếu khác về cùng sự việc để giải quyết chung. Ông/Bà vẫn dùng mã phiếu và mã bí mật '
		'của mình để theo dõi, gửi thêm nội dung và nhận kết quả giải quyết.',
	'Your ticket was merged with another one',
	'At {{at}} your ticket was merged with another one about the same matter, so that both are dealt with together. You go on using your '
		'own code and secret to follow it, to write and to get the answer.');
select letter_add('ticket.unmerged', 'citizen', true, 'Phiếu của Ông/Bà được giải quyết riêng',
	'Phiếu của Ông/Bà không còn được gộp với phiếu khác và tiếp tục được giải quyết riêng với thời hạn của phiếu này.',
	'Your ticket is dealt with on its own',
	'Your ticket is no longer merged with another one. The work on it goes on with deadlines of its own.');
select letter_add('ticket.split', 'citizen', true, 'Phiếu của Ông/Bà được tách theo từng nội dung',
	'Phiếu của Ông/Bà có nhiều nội dung thuộc thẩm quyền của các đơn vị khác nhau nên được tách thành các phiếu riêng. Mã và mã bí mật '
		'của từng phiếu có khi tra cứu phiếu này; thời hạn giải quyết vẫn tính từ ngày Ông/Bà gửi phiếu này.',
	'Your ticket was split by its matters',
	'Your ticket is about several matters of different departments, so some became tickets of their own. You find their codes and '
		'secrets when you follow this ticket; their deadlines count from the day you filed it.');
select letter_add('ticket.unmerged', 'staff', false, 'Phiếu không còn được gộp',
	'Phiếu dưới đây không còn được gộp với phiếu khác kể từ {{at}}, đề nghị tiếp tục giải quyết với thời hạn của phiếu này.',
	'Ticket no longer merged',
	'The ticket below is no longer merged since {{at}}. Please go on with the work; it has deadlines of its own.');


-- --- relations -----------------------------------------------------------------------------------------------------------

insert into setting values ('relations_most', 50, 'a ticket has at most so many relations that staff entered');
create table ticket_relation (
	id     uuid not null,
	ticket uuid not null,
	other  uuid not null,
	kind   text not null,
	at     timestamptz not null,
	person uuid not null,
	reason text,
	constraint ticket_relation_pk primary key (id),
	constraint ticket_relation_once unique (ticket, other, kind),
	constraint ticket_relation_ticket_fk foreign key (ticket) references ticket,
	constraint ticket_relation_other_fk foreign key (other) references ticket,
	constraint ticket_relation_person_fk foreign key (person) references account,
	constraint ticket_relation_kind check (kind in ('related', 'duplicate_of', 'caused_by', 'follows', 'split_from')),
	constraint ticket_relation_other_ticket check (ticket <> other),
	constraint ticket_relation_one_way check (kind <> 'related' or ticket < other),
	constraint ticket_relation_reason_length check (char_length(reason) <= 2000)
);
create index ticket_relation_back on ticket_relation (other, at, id);
create index ticket_relation_of_ticket on ticket_relation (ticket, at, id);
comment on table ticket_relation is 'ticket is KIND other; related has no direction, and stands under the smaller id.';
comment on column ticket_relation.kind is 'split_from: made by ticket_split() only, and never taken away';

-- Everything that ties a ticket to others, oldest first: merges, relations, parts. Whose staff has a ticket reads what was
-- merged into it; of all other tickets that the caller does not see there is only the code, of closed circles not even that.
create function relations_of(p_ticket uuid, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform ticket_visible(p_ticket);
	return query
	select json_build_object('id', x.id, 'kind', x.kind, 'direction', x.direction, 'at', instant(x.at), 'person', person_named(x.person),
			'reason', x.reason, 'ticket', json_build_object('id', case when v.sees then k.id end, 'code', k.code, 'state', k.state,
				'title', case when v.reads then k.title end, 'text', case when v.reads then k.text end))::text,
		concat_ws('|', x.at, x.id)
	from (
		select m.id, m.kind, 'to' as direction, m.into_ticket as other, m.at, m.person, m.reason from ticket_merge m
			where m.ticket = p_ticket and m.ended_at is null
		union all select m.id, m.kind, 'from', m.ticket, m.at, m.person, m.reason from ticket_merge m
			where m.into_ticket = p_ticket and m.ended_at is null
		union all select r.id, r.kind, case r.kind when 'related' then 'both' else 'to' end, r.other, r.at, r.person, r.reason
			from ticket_relation r where r.ticket = p_ticket
		union all select r.id, r.kind, case r.kind when 'related' then 'both' else 'from' end, r.ticket, r.at, r.person, r.reason
			from ticket_relation r where r.other = p_ticket) x
		join ticket k on k.id = x.other
		cross join lateral (select sees(k) as sees) s
		cross join lateral (select s.sees, s.sees or (x.kind in ('merged', 'joined') and x.direction = 'from') as reads) v
	where ticket_nameable(k) and (x.at, x.id) > (coalesce(split_part(p_after, '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(p_after, '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
	order by x.at, x.id limit p_limit + 1;
end $$;

-- Enters a relation between two tickets that the caller sees. TD483 the other one is not seen, TD486 one of them is nothing to
-- tell others about, TD484 there are too many.
create function relation_write(p_id uuid, p_ticket uuid, p_kind text, p_other uuid, p_reason text, p_at timestamptz)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	o ticket;
begin
	perform tickets_lock(p_ticket, p_other);
	t := ticket_seen(p_ticket);
	perform caller_needs('note');
	select * into o from ticket x where id = p_other and id <> t.id and sees(x);
	if not found then
		raise exception 'no such ticket' using errcode = 'TD483';
	elsif not (select bool_and(merges) from sight where code in (t.sight, o.sight)) then
		raise exception '% is not related to %', t.sight, o.sight using errcode = 'TD486';
	elsif (select count(*) from ticket_relation where ticket in (t.id, o.id) or other in (t.id, o.id)) >= (
		select value from setting where name = 'relations_most') then
		raise exception 'one of the tickets has too many relations' using errcode = 'TD484';
	end if;
	insert into ticket_relation (id, ticket, other, kind, at, person, reason)
	values (p_id, case p_kind when 'related' then least(t.id, o.id) else t.id end, case p_kind when 'related' then greatest(t.id, o.id) else o.id end,
		p_kind, p_at, caller_account(), p_reason);
	perform ticket_touch(t, 'ticket.related', p_at, null, null, jsonb_build_object('kind', p_kind, 'other', o.id));
	perform ticket_touch(o, 'ticket.related', p_at, null, null, jsonb_build_object('kind', p_kind, 'from', t.id));
end $$;

create function relation_remove(p_ticket uuid, p_relation uuid, p_at timestamptz)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r ticket_relation;
	o ticket;
begin
	select * into r from ticket_relation where id = p_relation and p_ticket in (ticket, other) and kind <> 'split_from';
	perform tickets_lock(r.ticket, r.other);
	perform ticket_seen(p_ticket);
	perform caller_needs('note');
	delete from ticket_relation where id = r.id;
	if not found then
		raise exception 'no such relation' using errcode = 'TD404';
	end if;
	for o in select * from ticket where id in (r.ticket, r.other) order by id loop
		perform ticket_touch(o, 'ticket.unrelated', p_at, null, null, jsonb_build_object('kind', r.kind, 'ticket', r.ticket, 'other', r.other));
	end loop;
end $$;

-- All messages about one matter, oldest first: those of a ticket and of all that were merged into it.
create function timeline_of(p_ticket uuid, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform ticket_visible(p_ticket);
	return query
	select json_build_object('id', m.id, 'at', instant(m.at), 'ticket', json_build_object('code', t.code, 'own', t.id = p_ticket),
			'from', case when m.author is null then 'citizen' else 'department' end, 'department', department_named(m.department),
			'text', m.text)::text,
		concat_ws('|', m.at, m.id)
	from (select p_ticket as id union all select * from merged_below(p_ticket, null)) x join ticket t on t.id = x.id join message m on m.ticket = x.id
	where (m.at, m.id) > (coalesce(split_part(p_after, '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(p_after, '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
	order by m.at, m.id limit p_limit + 1;
end $$;

-- --- splitting -----------------------------------------------------------------------------------------------------------

insert into action (code, position, event, reason, holder, person, reply, way, public_vi, public_en) values
	('split', 32, 'ticket.split', 'required', 'keep', 'keep', 'keep', 'server',
		'Nội dung khác của phiếu được tách thành phiếu riêng', 'Other matters of the ticket became tickets of their own'),
	('join', 33, 'ticket.joined', 'none', 'keep', 'keep', 'keep', 'server',
		'Người gửi tham gia một phiếu đã có về cùng sự việc', 'The citizen joined a ticket about the same matter');
insert into move values ('split', 'submitted', 'submitted'), ('split', 'accepted', 'accepted'), ('join', 'submitted', 'merged');
insert into move_role (action, role, scope) values ('split', 'coordinator', 'all'), ('split', 'hub_head', 'all');

-- What the parts of a ticket are made of: its circumstances, and its sealed contact, which the server seals anew for each part.
create function split_source(p_ticket uuid, p_version bigint)
returns table (kind text, area text, location_text text, language text, channel text, anonymous boolean, filed_at timestamptz,
	epoch bigint, wrapped bytea, box bytea, phone_index bytea, email_index bytea)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'split');
	return query
	select t.kind, t.area, t.location_text, t.language, t.channel, t.anonymous, t.filed_at, c.epoch, c.wrapped, c.box,
		c.phone_index, c.email_index
	from (select) x left join contact c on c.ticket = t.id and c.erased_at is null;
end $$;

-- Links the stored files of a ticket to its parts as well: a file, and the part it goes to. TD567 one is not ready, TD568 the
-- ticket itself has no such file.
create function attachments_copy(p_ticket uuid, p_files uuid[], p_parts uuid[], p_at timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if exists (select from unnest(p_files) f where not exists (select from attachment where id = f and ticket = p_ticket)) then
		raise exception 'the ticket has no such file' using errcode = 'TD568';
	elsif exists (select from attachment where id = any (p_files) and state <> 'ready') then
		raise exception 'a file is not ready' using errcode = 'TD567';
	end if;
	insert into attachment (id, at, state, form, size, name, attempts, type, bytes, hash, thumbnail, width, height, ticket, purpose,
		linked_at, author, department)
	select gen_random_uuid(), a.at, a.state, a.form, a.size, a.name, a.attempts, a.type, a.bytes, a.hash, a.thumbnail, a.width, a.height,
		i.part, a.purpose, p_at, a.author, a.department
	from (select distinct file, part from unnest(p_files, p_parts) x (file, part)) i join attachment a on a.id = i.file;
end $$;

-- Ties parts, which were filed in the same transaction as of the day of the whole, to it. TD484 too many relations, and those of
-- attachments_copy().
create function ticket_split(p_ticket uuid, p_version bigint, p_parts uuid[], p_files uuid[], p_file_parts uuid[], p_reason text,
	p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	a action;
begin
	perform move_check(t, 'split');
	if (select count(*) from ticket_relation where other = t.id) + cardinality(p_parts) > (
		select value from setting where name = 'relations_most') then
		raise exception 'the ticket has too many relations' using errcode = 'TD484';
	end if;
	select * into strict a from action where code = 'split';
	insert into ticket_relation (id, ticket, other, kind, at, person, reason)
	select gen_random_uuid(), p, t.id, 'split_from', p_at, caller_account(), p_reason from unnest(p_parts) p;
	update ticket set lon = t.lon, lat = t.lat where id = any (p_parts);
	perform attachments_copy(t.id, p_files, p_file_parts, p_at);
	insert into petition (ticket, people) select p, people from petition, unnest(p_parts) p where ticket = t.id;	-- the table comes with 0039
	t := ticket_change(t, t, a, 'staff', p_at, null, null, null, p_event, null, null, jsonb_build_object('parts', p_parts, 'reason', p_reason));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- What does not change: a page of the whole has no new version when something happens to a part.
create function splits_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('code', k.code, 'title', k.title) order by k.number), '[]')
		from ticket_relation r join ticket k on k.id = r.ticket where r.other = p_ticket and r.kind = 'split_from');
end $$;
-- The parts for the citizen of the whole, who opens them, too: by number and generation the server knows the secrets.
create function tracking_splits(p_number bigint, p_generation bigint)
returns table (item text, number bigint, generation bigint) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	return query
	select json_build_object('code', k.code, 'title', k.title, 'state', k.state)::text, k.number, k.generation
	from ticket_relation r join ticket k on k.id = r.ticket where r.other = t.id and r.kind = 'split_from' order by k.number;
end $$;

-- --- joining -------------------------------------------------------------------------------------------------------------

-- Everything that strangers can make grow has an end: TD489 a ticket was joined as often as it may be, TD488 as often as it may
-- be in an hour. Whoever has left counts, too. No lock: of those who come at the same instant a few more may get in.
insert into setting values
	('joins_most', 1000, 'a ticket is joined so often at the most; an event of it is not told to more, see merge_told_most'),
	('joins_hour_most', 100, 'a ticket is joined so often within an hour at the most');
create index ticket_merge_joined on ticket_merge (into_ticket, at) where kind = 'joined';
create function joins_room(p_into uuid, p_at timestamptz) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if (select count(*) from ticket_merge where into_ticket = p_into and kind = 'joined') >= (
		select value from setting where name = 'joins_most') then
		raise exception 'the ticket was joined too often' using errcode = 'TD489';
	elsif (select count(*) from ticket_merge where into_ticket = p_into and kind = 'joined' and at > p_at - interval '1 hour') >= (
		select value from setting where name = 'joins_hour_most') then
		raise exception 'the ticket was joined too often within an hour' using errcode = 'TD488';
	end if;
end $$;

-- The ticket that somebody wants to join, or the one that stands for it: public and open, else TD485; TD404 no such ticket. Who
-- has joined already (p_once_key) is answered again whatever became of it.
create function join_target(p_number bigint, p_once_key bytea)
returns table (id uuid, code text, kind text, category text, area text, department bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	r ticket;
begin
	select k.* into r from ticket t join ticket k on k.id = ticket_root(t.id) where t.number = p_number and t.visibility = 'public' and t.sight = 'public';
	if not found or r.visibility <> 'public' or r.sight <> 'public' then
		raise exception 'no such public ticket' using errcode = 'TD404';
	elsif not exists (select from once where key = p_once_key) then
		if r.done then
			raise exception 'the ticket is %', r.state using errcode = 'TD485';
		end if;
		perform joins_room(r.id, now());
	end if;
	return query select r.id, r.code, r.kind, r.category, r.area, r.holder;
end $$;

-- Ties a ticket that was filed in the same transaction to the one that its citizen joins. A filing that was only answered
-- again is left alone. No lock on the other one: hundreds may join it at once, and whatever happens to it meanwhile, it or its
-- root stands for both. Returns what the citizen is told but for the secret.
create function ticket_join(p_ticket uuid, p_once_key bytea, p_into uuid, p_at timestamptz, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	o ticket;
	t ticket;
	a action;
begin
	select * into o from ticket where id = p_ticket;
	if found then
		perform joins_room(p_into, p_at);
		select * into strict a from action where code = 'join';
		insert into ticket_merge (id, ticket, into_ticket, kind, at, from_state) values (p_event, o.id, p_into, 'joined', p_at, o.state);
		t := o;
		t.state := 'merged';
		perform ticket_change(o, t, a, 'anyone', p_at, null, null, null, p_event, null, null, jsonb_build_object('into', p_into));
	end if;
	return (
		select json_build_object('code', k.code, 'joined', r.code, 'at', instant(m.at))::text
		from ticket k join ticket_merge m on m.ticket = k.id and m.kind = 'joined' join ticket r on r.id = m.into_ticket
		where k.id = coalesce(o.id, (select ticket from once where key = p_once_key)));
end $$;

do $$
declare
	t text;
begin
	foreach t in array array['ticket_merge', 'ticket_relation'] loop
		execute format('alter table %I enable row level security', t);
		execute format('revoke all on %I from public', t);
	end loop;
end $$;
revoke execute on all functions in schema tiepdan from public;
grant execute on function supporters_of, ticket_merge_into, ticket_unmerge, relations_of, relation_write, relation_remove, timeline_of, split_source, ticket_split,
	tracking_splits, join_target, ticket_join to tiepdan_app;
