-- Who else is told: departments that were asked for a part of an answer, the authors and the signers of replies, and deputies; each
-- of the staff in their own language.
--
-- Nobody is told of what they could not look up: notice_opens() asks notice_sees() for a ticket (0020) and part_open_to() for a
-- part, which is what lets a co-handler read it.
--
-- Deputies (absence.deputy, 0030): while somebody is absent, their deputy is told what they are told; as well, not instead. That is
-- all: an absence gives no rights. Who may sign says the role (move_role), so a deputy who is a head, too, signs as on any other
-- day, and one who is not tells somebody who is, or gets the role from `tiepdan user` for that time. Everybody enters their own
-- absences, so that rights that came with one would be handed on by those who have them. Automatic assignment passes over the
-- absent already (work_people(), 0030).
set local search_path = tiepdan, public;

alter table account add column language text not null default 'vi';
alter table account add constraint account_language check (language in ('vi', 'en'));
comment on column account.language is 'of the notices that the person gets';

create function account_language_save(p_account uuid, p_language text) returns uuid language plpgsql
set search_path = tiepdan, pg_temp as $$
begin
	update account set language = p_language where id = p_account and p_language is not null;
	return p_account;
end $$;
create or replace function me_show(out body text) language sql stable security definer set search_path = tiepdan, pg_temp as $$
	select '{"account":' || account_item(s.account) || ',"language":"' || a.language || '","expires_at":"' || instant(s.expires_at) || '"}'
	from session s join account a on a.id = s.account where s.id = caller_session()
$$;
create function me_change(p_language text, out body text) language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update account set language = p_language where id = caller_account() and language <> p_language;
	body := me_show();
end $$;

-- --- who may know of a part ----------------------------------------------------------------------------------------------

create index part_of_department on part (ticket, department, ended_at) where state in ('given', 'declined');

-- --- whom it is told -----------------------------------------------------------------------------------------------------

alter table notice_rule drop constraint notice_rule_audience,
	add constraint notice_rule_audience check (audience in ('citizen', 'holder', 'author', 'asked', 'signers', 'heads', 'hub', 'leaders', 'event'));
alter table notice drop constraint notice_audience,
	add constraint notice_audience check (audience in ('citizen', 'holder', 'author', 'asked', 'signers', 'heads', 'hub', 'leaders', 'duty'))
	not valid;	-- see 0042
comment on column notice_rule.audience is 'holder: the person who has the ticket, else the heads, else the officers of the holding
	department; author: of the reply that the event is about; asked: of the department that was asked for the part of the event, who
	answered for it before, else as for holder; signers: who may sign the reply that waits; hub: coordinators and heads of the hub;
	event: whom the event names in data->audiences';
insert into notice_role select 'asked', role, turn from notice_role where audience = 'holder';

insert into notice_rule (type, audience) values
	('part.asked', 'asked'), ('part.cancelled', 'asked'), ('part.given', 'holder'), ('part.declined', 'holder'),
	('reply.reviewed', 'author'), ('reply.proposed', 'signers'), ('reply.sent_back', 'author');

-- Whether an account may see what a notice is about: a part, or else the ticket.
create function notice_opens(p_account uuid, p_department bigint, p_sight text, p_holder bigint, p_part uuid) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when p_part is null then notice_sees(p_account, p_department, p_sight, p_holder)
		else (select part_open_to(p, p_department, array(select role from account_role where account = p_account)) from part p
			where p.id = p_part) end;
end $$;

-- Which person an audience is before its roles count, and which part it was asked for. `p_person` has the ticket.
create function notice_target(p_audience text, p_ticket uuid, p_person uuid, p_at timestamptz, p_data jsonb, out person uuid, out part uuid)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_version int := (p_data->>'version')::int;
	v_part part;
begin
	if p_audience = 'holder' then
		person := p_person;
	elsif p_audience = 'author' then
		person := (select author from reply where ticket = p_ticket and case when v_version is null
			then state = 'sent_back' and decided_at <= p_at else version = v_version end order by version desc limit 1);
	elsif p_audience = 'asked' then
		part := (p_data->>'part')::uuid;
		select * into v_part from part where id = (p_data->>'part')::uuid;
		person := (select ended_by from part where ticket = v_part.ticket and department = v_part.department
			and state in ('given', 'declined') order by ended_at desc limit 1);
	end if;
end $$;

-- In which turn of an audience an account is; NULL: in none.
create function notice_turn(p_account uuid, p_audience text, p_sight text) returns int language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	if p_audience = 'signers' then
		return (select 1 from move_role m join account_role r on r.role = m.role
			where m.action = 'approve' and r.account = p_account and sight_fits(m.sight, p_sight) limit 1);
	end if;
	return (select min(n.turn) from notice_role n join account_role r on r.role = n.role
		where r.account = p_account and n.audience = p_audience);
end $$;

-- The people of an audience who can be told and may see what it is about, and the deputies of those of them who are absent; nobody
-- else is told that it exists.
drop function notice_people(bigint, text, uuid, text);
create function notice_people(p_holder bigint, p_sight text, p_person uuid, p_part uuid, p_audience text, p_now timestamptz)
returns table (account uuid, deputy boolean) language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_department bigint := case p_audience when 'hub' then (select id from department where hub)
		when 'asked' then (select department from part where id = p_part) else p_holder end;
	v_people uuid[];
begin
	if p_audience = 'leaders' then
		v_people := array(select r.account from notice_role n join account_role r on r.role = n.role where n.audience = p_audience);
	else
		v_people := array(select id from account where department = v_department);
	end if;
	v_people := array(select p.id from (
		select a.id, a.login, dense_rank() over (order by w.turn) as place
		from account a
			cross join lateral (select case when a.id = p_person then 0 else notice_turn(a.id, p_audience, p_sight) end as turn) w
		where a.id = any (v_people) and a.active and a.email is not null and w.turn is not null
			and notice_opens(a.id, a.department, p_sight, p_holder, p_part)) p
		where p.place = 1 order by p.login limit (select value from setting where name = 'notice_people_most'));
	return query
	select p, false from unnest(v_people) p
	union all
	select distinct d.id, true from unnest(v_people) p join account a on a.id = p
		join absence b on b.account = a.id and b.from_at <= p_now and b.until_at > p_now
		join account d on d.id = b.deputy and d.department = a.department
	where d.active and d.email is not null and d.id <> all (v_people) and notice_opens(d.id, d.department, p_sight, p_holder, p_part);
end $$;


-- As in 0020, for more audiences, and the citizens of tickets that were merged into one (0032). It runs each second, whatever the
-- load is and however old statistics are: so it looks up one by one what belongs to the events of a portion, and reads them in the
-- order of the feed.
create or replace function notices_make(p_now timestamptz, p_limit bigint) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off set enable_seqscan = off set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan as $$
declare
	v_after notice_cursor;
	v_audiences text[] := '{citizen,holder,author,asked,signers,heads,hub,leaders}';
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
			where p.account is distinct from m.actor and not ((p.deputy or m.sight = 'denunciation') and kept_away(m.ticket, p.account))
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

-- What a letter to staff says for {{reason}}: whose part it is, or what a colleague found.
create function notice_reason(p part, p_verdict text, p_vi boolean, p_hidden boolean) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return case
		when p.id is not null and p_hidden then case when p_vi then '(không nêu trong thư)' else '(not named here)' end
		when p.id is not null then (select case when p_vi then name_vi else name_en end from department where id = p.department)
		when p_verdict = 'ok' then case when p_vi then 'đồng ý với dự thảo' else 'the draft is good' end
		when p_verdict = 'changes' then case when p_vi then 'đề nghị chỉnh sửa' else 'changes are needed' end
		when p_vi then 'xem khi tra cứu phiếu' else 'see the ticket' end;
end $$;

-- As in 0020, but what is due to a marked address (0027) is put away, and its place taken by the next; a letter that asks the
-- citizen something can say how to answer it (0036), and a co-handler is told of the part: its link, until when it is wanted.
drop function notice_claim(timestamptz, timestamptz, bigint, text, text, text);
create function notice_claim(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text, p_zone text, p_public_url text)
returns table (id uuid, ticket uuid, attempts bigint, urgent boolean, citizen boolean, department bigint, made_at timestamptz,
	message_id text, language text, address text, epoch bigint, wrapped bytea, box bytea, subject text, body text, html text,
	code text, title text, what text, state text, department_name text, due text, at text, reason text, link text, sender text, number bigint, generation bigint,
	question bigint, answer_until timestamptz)
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	v_ids uuid[];
	v_marked uuid[];
begin
	for turn in 1 .. 20 loop
		with urgent as (
			select id, 1 as place from notice where urgent and state in ('waiting', 'sending') and next_at <= p_now
			order by next_at, id limit p_limit for update skip locked),
		other as (
			select id, 2 as place from notice where not urgent and state in ('waiting', 'sending') and next_at <= p_now
			order by next_at, id limit p_limit for update skip locked)
		select array(select id from (select * from urgent union all select * from other) x order by place limit p_limit) into v_ids;
		v_marked := array(select id from notice n where n.id = any (v_ids) and notice_marked(n));
		update notice set state = 'bounced', error = 'marked' where id = any (v_marked);
		exit when v_marked = '{}';
	end loop;
	return query
	with claimed as (
		update notice n set state = 'sending', next_at = p_lease, attempts = n.attempts + 1,
				message_id = coalesce(n.message_id, '<' || n.id || '@' || p_domain || '>')
			where n.id = any (v_ids) and n.id <> all (v_marked) returning n.*)
	select n.id, n.ticket, n.attempts::bigint, n.urgent, n.account is null, a.department, n.made_at, n.message_id, m.language, a.email,
		c.epoch, c.wrapped, c.box, m.subject, m.text, m.html, t.code,
		case when not v.hidden and n.account is null then notice_plain(t.title)
			when not v.hidden and (n.audience <> 'asked' or part_reads(p, t)) then t.title
			when v.vi then '(không nêu trong thư)' else '(not named here)' end,
		coalesce(case when v.vi then e.public_vi else e.public_en end, ''), case when v.vi then s.name_vi else s.name_en end,
		case when v.hidden and v.vi then '(không nêu trong thư)' when v.hidden then '(not named here)'
			when v.vi then d.name_vi else d.name_en end,
		coalesce(case when n.audience = 'asked' then to_char(p.due_at at time zone p_zone, v.clock) end,
			(select to_char(min(k.due_at) at time zone p_zone, v.clock) from clock_running k join clock_kind x on x.code = k.kind
				and x.told where k.slot = slot_current() and k.ticket = case t.state when 'merged' then ticket_root(t.id) else t.id end),
			case when v.vi then 'không có hạn đang chạy' else 'no deadline is running' end),
		to_char(n.event_at at time zone p_zone, v.clock),
		coalesce(case when v.vi then r.text_vi else r.text_en end, notice_reason(p, e.data->>'verdict', v.vi, v.hidden)),
		p_public_url || case when n.audience = 'asked' then '/v1/parts/' || p.id when n.account is not null then '/v1/tickets/' || t.id
			when q.until_at is not null then '/v1/tracking/question'
			else '/v1/tracking' end,
		(select case when v.vi then h.name_vi else h.name_en end from department h where h.hub), t.number, t.generation,
		(select count(*) from question x where x.ticket = q.ticket and x.asked_at <= q.asked_at), q.until_at
	from claimed n join ticket t on t.id = n.ticket join state s on s.code = t.state join department d on d.id = t.holder
		left join event e on e.at = n.event_at and e.id = n.event
		left join part p on n.account is not null and p.id = (e.data->>'part')::uuid
		left join account a on a.id = n.account and a.active
			and notice_opens(a.id, a.department, t.sight, t.holder, case when n.audience = 'asked' then p.id end)
			and not (t.sight = 'denunciation' and kept_away(t.id, a.id))
		left join contact c on c.ticket = n.ticket and n.account is null and c.erased_at is null
		left join question q on n.account is null and n.type = 'ticket.asked' and q.ticket = t.id and q.ended_at is null
			and q.id::text = e.data->>'question'
			and t.sight in ('public', 'private', 'restricted')
		left join refusal_reason r on r.code = e.data->>'reason_code'
		left join lateral (select * from notice_template x where x.type = n.type and x.side = notice_side(n.audience)
			and x.valid_from <= p_now order by x.language = n.language desc, x.valid_from desc, x.version desc limit 1) m on true
		cross join lateral (select m.language is distinct from 'en' as vi, t.sight not in ('public', 'private', 'restricted') as hidden,
			case when m.language = 'en' then 'YYYY-MM-DD HH24:MI' else 'HH24:MI "ngày" DD/MM/YYYY' end as clock) v
	order by array_position(v_ids, n.id);
end $$;

select letter_add('part.asked', 'staff', false, 'Đề nghị phối hợp giải quyết phiếu',
	'Đơn vị đang giữ phiếu dưới đây đề nghị đơn vị của Ông/Bà phối hợp giải quyết lúc {{at}}. Đề nghị xem phần việc được giao và gửi ý kiến '
		'trước thời hạn nêu dưới đây.',
	'Your department is asked to contribute',
	'The department that holds the ticket below asked yours for its part of the answer at {{at}}. Please read what is asked, and give your '
		'part before it is due.');
select letter_add('part.cancelled', 'staff', false, 'Đề nghị phối hợp đã được rút lại',
	'Đơn vị đang giữ phiếu dưới đây đã rút lại đề nghị phối hợp lúc {{at}}; đơn vị của Ông/Bà không phải gửi ý kiến nữa.',
	'Your part is not needed any more',
	'The department that holds the ticket below took back at {{at}} what it had asked yours for. Nothing is left to do.');
select letter_add('part.given', 'staff', false, 'Cơ quan phối hợp đã gửi ý kiến',
	'Cơ quan được đề nghị phối hợp đã gửi ý kiến lúc {{at}}, đề nghị xem và tổng hợp vào dự thảo trả lời. Cơ quan phối hợp: {{reason}}.',
	'A part was given',
	'A department that was asked to contribute gave its part at {{at}}. Please use it for the reply. The department: {{reason}}.');
select letter_add('part.declined', 'staff', false, 'Cơ quan được đề nghị không phối hợp',
	'Cơ quan được đề nghị phối hợp đã từ chối lúc {{at}}, đề nghị xem lý do và tiếp tục giải quyết. Cơ quan phối hợp: {{reason}}.',
	'A part was declined',
	'A department that was asked to contribute declined at {{at}}. Please read why, and go on with the work. The department: {{reason}}.');
select letter_add('reply.reviewed', 'staff', false, 'Dự thảo trả lời đã có ý kiến của đồng nghiệp',
	'Đồng nghiệp đã cho ý kiến về dự thảo trả lời của Ông/Bà lúc {{at}}. Kết quả: {{reason}}.',
	'Your draft was reviewed',
	'A colleague reviewed your draft of the reply at {{at}}. The result: {{reason}}.');
select letter_add('reply.proposed', 'staff', false, 'Dự thảo trả lời chờ phê duyệt',
	'Dự thảo trả lời phiếu dưới đây được trình lúc {{at}}, đề nghị xem xét, phê duyệt trước khi đến hạn.',
	'A reply to sign',
	'A reply to the ticket below was proposed at {{at}}. Please decide before the ticket is due.');
select letter_add('reply.sent_back', 'staff', false, 'Dự thảo trả lời được trả lại',
	'Dự thảo trả lời do Ông/Bà trình đã được trả lại lúc {{at}}, đề nghị xem lý do, chỉnh sửa và trình lại.',
	'Your reply was sent back',
	'The reply that you proposed was sent back at {{at}}. Please read why, change it and propose it again.');

-- --- the level that fires ------------------------------------------------------------------------------------------------

comment on function alarms_fire(bigint[], uuid[], text[], bigint[], bigint[], timestamptz[], boolean[], timestamptz[], uuid[], timestamptz)
	is 'for servers of before, as long as there are some: looks up by itself which level fires';
-- As in 0022, but `p_ladders` and `p_fired` say which level fires (its profile, or an empty one; no level: the clock is only planned
-- anew), so that it is the one by which the server has planned the next. One that is gone by now is passed over.
create function alarms_fire(p_slots bigint[], p_tickets uuid[], p_kinds text[], p_rounds bigint[], p_levels bigint[],
	p_alarms timestamptz[], p_ladders text[], p_fired bigint[], p_nexts timestamptz[], p_events uuid[], p_now timestamptz,
	out moved bigint, out fired bigint)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_slot int;
begin
	perform slots_hold();
	v_slot := slot_current();
	with held as materialized (
		select c.slot, c.ticket, c.kind, c.round, c.holder, c.due_at, c.alarm_at, c.alarm_level, i.ladder, i.fired, i.next_at, i.event
		from unnest(p_slots, p_tickets, p_kinds, p_rounds, p_levels, p_alarms, p_ladders, p_fired, p_nexts, p_events)
				i (slot, ticket, kind, round, level, alarm_at, ladder, fired, next_at, event)
			join clock_running c on c.slot = i.slot and c.ticket = i.ticket and c.kind = i.kind and c.round = i.round
				and c.alarm_level = i.level and date_trunc('milliseconds', c.alarm_at) = i.alarm_at
		order by c.ticket, c.kind, c.slot for update of c skip locked),
	step as materialized (
		select h.*, l.level, l.event as type, l.audiences, bool_or(h.slot = v_slot and h.alarm_at < p_now)
			over (partition by h.ticket, h.kind) as moves
		from held h left join alarm_level l on l.level = h.fired and l.profile is not distinct from nullif(h.ladder, '')),
	fresh as (
		insert into alarm (ticket, kind, round, level, due_at, fired_at, event)
		select ticket, kind, round, level, due_at, p_now, event from step
		where slot = v_slot and moves and level is not null
			and not (type = 'clock.warning' and alarm_at < due_at and due_at < p_now)
		order by ticket, kind
		on conflict on constraint alarm_pk do nothing
		returning event),
	told as (
		insert into event (id, at, ticket, type, actor_kind, department, data, hash)
		select s.event, p_now, s.ticket, s.type, 'job', s.holder, x.data,
			event_hash(s.event, p_now, s.ticket, s.type, 'job', null, s.holder, null, null, null, null, x.data)
		from fresh f join step s on s.event = f.event join ticket t on t.id = s.ticket,
			lateral (select jsonb_build_object('clock', s.kind, 'round', s.round, 'level', s.level, 'due_at', instant(s.due_at),
				'audiences', s.audiences, 'urgent', t.level = 'urgent' or t.kind = 'emergency') as data) x),
	planned as (
		update clock_running c set alarm_at = coalesce(s.next_at, 'infinity'),
				alarm_level = coalesce(s.fired + 1, c.alarm_level)
		from step s where s.moves and c.slot = s.slot and c.ticket = s.ticket and c.kind = s.kind)
	select (select count(*) from step where slot = v_slot and moves), (select count(*) from fresh) into moved, fired;
end $$;

revoke execute on function alarms_fire(bigint[], uuid[], text[], bigint[], bigint[], timestamptz[], text[], bigint[], timestamptz[], uuid[],
	timestamptz) from public;
grant execute on function alarms_fire(bigint[], uuid[], text[], bigint[], bigint[], timestamptz[], text[], bigint[], timestamptz[], uuid[],
	timestamptz) to tiepdan_app;

-- --- alarms of parts -----------------------------------------------------------------------------------------------------

-- A part is no clock of the ticket (domain: only the lead's clock counts), but it warns and breaches by the same ladder, in the
-- calendar of the department that was asked: the job worker plans and fires its alarms as those of clocks (jobs/alarms.c). Each
-- level fires once, because the row moves on in the transaction that writes the event. What is escalated is the ticket, not the part.
alter table part add column alarm_level int not null default 1, add column alarm_at timestamptz not null default now();
create index part_alarm on part (alarm_at, id) where state = 'asked';
comment on column part.alarm_level is 'the lowest level of the ladder that has not fired';
comment on column part.alarm_at is 'when the next level fires; at first when the part was asked for: then it is planned';
update part set alarm_at = 'infinity' where due_at < now();

-- The parts whose alarm has come, as alarms_due() tells of clocks (0026).
create function part_alarms_due(p_now timestamptz, p_limit bigint) returns setof alarm_fact
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query
	select row_number() over (order by p.alarm_at, p.id), 0::bigint, p.id, 'part', 0::bigint, p.alarm_level::bigint,
		floor(extract(epoch from p.alarm_at) * 1000)::bigint, 'wd', c.code, y.profile, floor(extract(epoch from p.asked_at))::bigint,
		floor(extract(epoch from p.due_at))::bigint, null::bigint, null::bigint,
		(select max(version) from calendar_version where calendar = c.code)
	from (select * from part where state = 'asked' and alarm_at < p_now and alarm_at < 'infinity' order by alarm_at, id limit p_limit) p
		cross join lateral (select department_calendar(p.department) as code) c
		cross join lateral (select * from ticket where id = p.ticket offset 0) t left join policy y on y.id = t.policy
	order by 1;
end $$;

-- Lets alarms of parts fire, as alarms_fire() those of clocks: parallel arrays, one element a row that part_alarms_due() showed.
-- `p_ladders` and `p_fired` are profile and level of what fires; no level: the part is only planned anew. A part that somebody has
-- ended since, holds, or has fired is left alone.
create function part_alarms_fire(p_parts uuid[], p_levels bigint[], p_alarms timestamptz[], p_ladders text[], p_fired bigint[],
	p_nexts timestamptz[], p_events uuid[], p_now timestamptz, out moved bigint, out fired bigint)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	with held as materialized (
		select p.id, p.ticket, p.department, p.due_at, p.alarm_at, i.ladder, i.fired, i.next_at, i.event
		from unnest(p_parts, p_levels, p_alarms, p_ladders, p_fired, p_nexts, p_events) i (id, level, alarm_at, ladder, fired, next_at, event)
			join part p on p.id = i.id and p.state = 'asked' and p.alarm_level = i.level and p.alarm_at < p_now
				and date_trunc('milliseconds', p.alarm_at) = i.alarm_at
		order by p.id for update of p skip locked),
	step as materialized (
		select h.*, case l.event when 'clock.warning' then 'clock.part_warning' when 'clock.breached' then 'clock.part_breached' end as type
		from held h left join alarm_level l on l.level = h.fired and l.profile is not distinct from nullif(h.ladder, '')),
	told as (
		insert into event (id, at, ticket, type, actor_kind, department, data, hash)
		select s.event, p_now, s.ticket, s.type, 'job', s.department, x.data,
			event_hash(s.event, p_now, s.ticket, s.type, 'job', null, s.department, null, null, null, null, x.data)
		from step s cross join lateral (select * from ticket where id = s.ticket and not done offset 0) t,
			lateral (select jsonb_build_object('part', s.id, 'due_at', instant(s.due_at), 'urgent', t.level = 'urgent' or t.kind = 'emergency') as data) x
		where s.type is not null and not (s.type = 'clock.part_warning' and s.alarm_at < s.due_at and s.due_at < p_now)
		returning id),
	planned as (
		update part p set alarm_level = coalesce(s.fired + 1, p.alarm_level),
				alarm_at = case when s.type = 'clock.part_breached' then 'infinity' else coalesce(s.next_at, 'infinity') end
		from step s where p.id = s.id)
	select (select count(*) from step), (select count(*) from told) into moved, fired;
end $$;

insert into notice_rule (type, audience) values
	('clock.part_warning', 'asked'), ('clock.part_breached', 'asked'), ('clock.part_breached', 'holder');
select letter_add('clock.part_warning', 'staff', false, 'Phần việc phối hợp sắp đến hạn',
	'Phần việc mà đơn vị của Ông/Bà được đề nghị phối hợp sắp đến hạn, đề nghị khẩn trương gửi ý kiến.',
	'Your part is due soon',
	'The part that your department was asked for is due soon. Please give it in time.');
select letter_add('clock.part_breached', 'staff', false, 'Phần việc phối hợp đã quá hạn',
	'Phần việc phối hợp giải quyết phiếu dưới đây đã quá hạn mà chưa có ý kiến. Cơ quan phối hợp: {{reason}}.',
	'A part is overdue',
	'A part of the answer to the ticket below is overdue. The department that was asked for it: {{reason}}.');

revoke execute on function part_alarms_due, part_alarms_fire from public;
grant execute on function part_alarms_due, part_alarms_fire to tiepdan_app;
-- --- promises, department by department -----------------------------------------------------------------------------------

-- As in 0024, but only of departments whose answers were measured since, each once an hour; and of each once a day, because answers
-- leave the window. A portion at a time, who has waited longest first.
insert into setting values
	('promise_renew_minutes', 60, 'the promises of a department are summed up anew at most so often'),
	('promise_portion', 10, 'and those of so many departments at a time: followers of the feed wait meanwhile');
create table promise_turn (
	department bigint not null,
	renewed_at timestamptz not null default '-infinity',
	changed    boolean not null default true,
	constraint promise_turn_pk primary key (department),
	constraint promise_turn_department_fk foreign key (department) references department
);
comment on table promise_turn is 'When the promises of a department were summed up, and whether it has measured answers since.';
insert into promise_turn (department) select distinct holder from clock where kind = 'answer' and days > 0;

create or replace function answers_measure(p_tickets uuid[], p_rounds bigint[], p_days bigint[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_measured bigint;
begin
	with measured as (
		update clock c set days = i.days from unnest(p_tickets, p_rounds, p_days) i (ticket, round, days)
			where c.ticket = i.ticket and c.kind = 'answer' and c.round = i.round and c.days is null returning c.holder),
	marked as (
		insert into promise_turn (department) select distinct holder from measured order by holder
		on conflict (department) do update set changed = true where not promise_turn.changed)
	select count(*) from measured into v_measured;
	return v_measured;
end $$;

create function promises_of(p_department bigint, p_now timestamptz) returns setof promise language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return query
	select p_department, t.kind, coalesce(t.category, ''), count(*)::int, percentile_disc(0.9) within group (order by c.days)
	from clock c cross join lateral (select kind, category from ticket where id = c.ticket offset 0) t
	where c.holder = p_department and c.kind = 'answer' and c.days > 0 and c.round = 1
		and c.stop_at > p_now - make_interval(days => (select value from setting where name = 'promise_window_days'))
	group by grouping sets ((t.kind, t.category), (t.kind)) having count(*) >= (select value from setting where name = 'promise_least');
end $$;

create or replace function promises_renew(p_now timestamptz) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_department bigint;
begin
	if not pg_try_advisory_xact_lock(hashtext('tiepdan.promises_renew')) then
		return 0;
	end if;
	for v_department in
		update promise_turn set renewed_at = p_now, changed = false
		where department in (select department from promise_turn
			where renewed_at <= p_now - interval '1 day' or (changed and renewed_at <= p_now
				- make_interval(mins => (select value from setting where name = 'promise_renew_minutes')))
			order by renewed_at, department limit (select value from setting where name = 'promise_portion'))
		returning department
	loop
		with fresh as materialized (
			select * from promises_of(v_department, p_now)),
		gone as (
			delete from promise p where p.department = v_department and not exists (
				select from fresh f where (f.kind, f.category) = (p.kind, p.category)))
		insert into promise select * from fresh
		on conflict (department, kind, category) do update set answers = excluded.answers, days = excluded.days
			where (promise.answers, promise.days) <> (excluded.answers, excluded.days);
	end loop;
	return (select count(*) from promise);
end $$;

revoke all on promise_turn from public;
revoke execute on function promises_of from public;

revoke execute on function account_language_save, me_change, notice_claim, notice_opens, notice_target, notice_turn, notice_people,
	notice_reason from public;
grant execute on function me_change, notice_claim to tiepdan_app;
