-- Words that say what is, and what officers were promised but did not find: letters that tell until when, one rule of who rates,
-- evidence of this answer, reviews that are asked for, and what a ticket is tied to where it is read.
set local search_path = tiepdan, public;

-- --- letters -------------------------------------------------------------------------------------------------------------

-- Whether somebody must not even hear of a ticket.
create function notice_kept(p_ticket uuid, p_sight text, p_account uuid) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return p_sight = 'denunciation' and kept_away(p_ticket, p_account);
end $$;
-- What nobody is told any more: a question that has ended, a version for publication that is not proposed any more, a review that is
-- not wanted any more.
create function notice_late(n notice, p_now timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case n.type
		when 'ticket.asked' then not exists (select from event e join question q on q.id::text = e.data->>'question' and q.ticket = e.ticket
			where e.at = n.event_at and e.id = n.event and q.ended_at is null and q.until_at > p_now)
		when 'publication.proposed' then publication_state_of(n.ticket) <> 'proposed'
		when 'reply.review_asked' then not exists (select from event e join review_request q on q.id = (e.data->>'request')::uuid
			where e.at = n.event_at and e.id = n.event and q.state = 'asked')
		else false end;
end $$;
-- Until when a letter to a citizen wants something: their answer, their look at what is going to be published. NULL: it does not.
create function notice_wanted(n notice, p_data jsonb) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when n.account is null then case n.type
		when 'ticket.asked' then (select until_at from question where ticket = n.ticket and id::text = p_data->>'question')
		when 'publication.proposed' then (select publication_preview_until(p) from publication p where ticket = n.ticket) end end;
end $$;

-- As in 0040, but letters that are late are put away as those to marked addresses are, and {{due}} of a letter that wants something
-- is until when.
create or replace function notice_claim(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text, p_zone text, p_public_url text)
returns table (id uuid, ticket uuid, attempts bigint, urgent boolean, citizen boolean, department bigint, made_at timestamptz,
	message_id text, language text, address text, epoch bigint, wrapped bytea, box bytea, subject text, body text, html text,
	code text, title text, what text, state text, department_name text, due text, at text, reason text, link text, sender text, number bigint, generation bigint,
	question bigint, answer_until timestamptz)
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	v_ids uuid[];
	v_away uuid[];
begin
	for turn in 1 .. 20 loop
		with urgent as (
			select id, 1 as place from notice where urgent and state in ('waiting', 'sending') and next_at <= p_now
			order by next_at, id limit p_limit for update skip locked),
		other as (
			select id, 2 as place from notice where not urgent and state in ('waiting', 'sending') and next_at <= p_now
			order by next_at, id limit p_limit for update skip locked)
		select array(select id from (select * from urgent union all select * from other) x order by place limit p_limit) into v_ids;
		with put as (
			update notice n set state = case when x.late then 'cancelled' else 'bounced' end, error = case when x.late then 'late' else 'marked' end
			from (select k.id, notice_late(k, p_now) as late, notice_marked(k) as marked from notice k where k.id = any (v_ids)) x
			where n.id = x.id and (x.late or x.marked) returning n.id)
		select coalesce(array_agg(id), '{}') into v_away from put;
		exit when v_away = '{}';
	end loop;
	return query
	with claimed as (
		update notice n set state = 'sending', next_at = p_lease, attempts = n.attempts + 1,
				message_id = coalesce(n.message_id, '<' || n.id || '@' || p_domain || '>')
			where n.id = any (v_ids) and n.id <> all (v_away) returning n.*)
	select n.id, n.ticket, n.attempts::bigint, n.urgent, n.account is null, a.department, n.made_at, n.message_id, m.language, a.email,
		c.epoch, c.wrapped, c.box, m.subject, m.text, m.html, t.code,
		case when not v.hidden and n.account is null then notice_plain(t.title)
			when not v.hidden and (n.audience <> 'asked' or part_reads(p, t)) then t.title
			when v.vi then '(không nêu trong thư)' else '(not named here)' end,
		coalesce(case when v.vi then e.public_vi else e.public_en end, ''), case when v.vi then s.name_vi else s.name_en end,
		case when v.hidden and v.vi then '(không nêu trong thư)' when v.hidden then '(not named here)'
			when v.vi then d.name_vi else d.name_en end,
		coalesce(to_char(case when n.audience = 'asked' then p.due_at else notice_wanted(n, e.data) end at time zone p_zone, v.clock),
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
			and not notice_kept(t.id, t.sight, a.id)
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

-- The next version of the shipped words, whatever versions an installation has of its own: those have a later valid_from.
insert into notice_template (type, side, language, version, subject, text)
select type, side, language, (select 1 + max(x.version) from notice_template x where (x.type, x.side, x.language) = (t.type, t.side, t.language)), subject,
	replace(replace(text, n.old, n.new), n.old_link, n.new_link)
from notice_template t join (values
	(E'Đơn vị có trách nhiệm: {{department}}\n', E'Đơn vị có trách nhiệm: {{department}}\nHạn trả lời: {{due}}\n',
		'Kính đề nghị Ông/Bà xem câu hỏi và trả lời theo liên kết sau; liên kết chỉ mở câu hỏi này, đến khi hết thời hạn trả lời:',
		'Kính đề nghị Ông/Bà xem câu hỏi và trả lời trước thời hạn nêu trên, theo liên kết sau hoặc khi tra cứu phiếu:'),
	(E'Responsible department: {{department}}\n', E'Responsible department: {{department}}\nPlease answer by: {{due}}\n',
		'Please read and answer its question by this link; it opens nothing but the question, until the time for the answer is over:',
		'Please read its question and answer it by then, with this link or when you follow the ticket:'))
	n (old, new, old_link, new_link) on strpos(text, n.old) > 0 and strpos(text, n.old_link) > 0
where type = 'ticket.asked' and side = 'citizen' and version = 2;

insert into notice_template (type, side, language, version, subject, text)
select type, side, language, (select 1 + max(x.version) from notice_template x where (x.type, x.side, x.language) = (t.type, t.side, t.language)), subject,
	replace(text, n.old, n.new)
from notice_template t join (values
	('Kính mời Ông/Bà xem nội dung khi tra cứu phiếu; nếu không đồng ý, Ông/Bà chọn "Không đồng ý công khai".',
		'Kính mời Ông/Bà xem nội dung khi tra cứu phiếu; trước {{due}} nội dung chưa được công khai. Nếu không đồng ý, Ông/Bà có thể gửi ý kiến '
			'không đồng ý công khai khi tra cứu phiếu, kể cả sau khi nội dung đã được công khai.'),
	('Please read the public version when you follow the ticket; if you do not agree, you can object there.',
		'Please read the public version when you follow the ticket; before {{due}} nothing is published. If you do not agree, you can object '
			'there, also after it was published.')) n (old, new) on strpos(text, n.old) > 0
where type = 'publication.proposed' and side = 'citizen' and version = 1;

-- --- who rates, and how many join -----------------------------------------------------------------------------------------

-- Whether the citizen of a ticket reads the answer of the one that stands for it: as merge_told() has it, and of who joined it not
-- an older answer that was published.
create function answer_told(t ticket, r ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return t.id = r.id or exists (select from ticket_merge m where m.ticket = t.id and m.ended_at is null and case m.kind
		when 'joined' then exists (select from publication p where p.ticket = r.id and p.state = 'public' and p.answered_at >= r.answered_at)
		else exists (select from reply x where x.ticket = r.id and x.state = 'published' and x.decided_at >= m.at) end);
end $$;
create or replace function may_rate(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r ticket := case_root(t);
begin
	return r.state in ('answered', 'closed') and answer_told(t, r) and not exists (select from rating where ticket = t.id and answer = r.id);
end $$;

-- As in 0041; TD496 the citizen cannot read the answer. The ticket that stands for all changes by each rating alike: staff
-- read what there is, and do not know by its version whose it was.
create or replace function tracking_rate(p_number bigint, p_generation bigint, p_score text, p_reasons text[], p_comment text,
	p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
	r ticket := case_root(t);
	v_alone boolean := r.id = t.id and not exists (select from ticket_merge where into_ticket = t.id and ended_at is null);
begin
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

-- As in 0032, and whoever rated sees a new page, of a ticket that stands for others as well.
create or replace function tracking_version(t ticket) returns bigint language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if t.state <> 'merged' and not exists (select from ticket_merge where into_ticket = t.id and ended_at is null) then
		return t.version;
	end if;
	return hashtextextended(concat_ws(' ', t.version, supporters_of(t.id), rating_of(t.id)->>'at', (select concat_ws(' ', r.id, r.version)
			from ticket r where t.state = 'merged' and r.id = ticket_root(t.id))), 0) & ((1::bigint << 39) - 1) | (1::bigint << 39);
end $$;

-- Who joined learns of the answer to read once it is published.
update notice_rule set merged = true where type = 'publication.published' and audience = 'citizen';
insert into notice_template (type, side, language, version, subject, text)
select type, side, language, (select 1 + max(x.version) from notice_template x where (x.type, x.side, x.language) = (t.type, t.side, t.language)), subject,
	replace(text, n.old, n.old || n.more)
from notice_template t join (values
	('Câu hỏi và câu trả lời đã được công khai, không nêu tên và thông tin liên hệ của Ông/Bà.',
		' Kính mời Ông/Bà xem câu trả lời khi tra cứu phiếu.'),
	('Question and answer were published, without your name and contact.', ' You can read the answer when you follow the ticket.'))
	n (old, more) on strpos(text, n.old) > 0
where type = 'publication.published' and side = 'citizen' and version = 1;

-- As in 0032, but those who join one ticket do so one after the other, from here to the end of the transaction: so the settings
-- joins_most and joins_hour_most are kept whoever comes at the same instant. Nothing else waits for it.
create or replace function ticket_join(p_ticket uuid, p_once_key bytea, p_into uuid, p_at timestamptz, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	o ticket;
	t ticket;
	a action;
begin
	select * into o from ticket where id = p_ticket;
	if found then
		perform pg_advisory_xact_lock(hashtextextended('tiepdan.ticket_join.' || p_into, 0));
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

-- --- dates that move while a ticket is merged ----------------------------------------------------------------------------

-- The dates that count for the citizen of a merged ticket are those of the one that stands for it: so they are told when those move,
-- in the name of their own ticket. Its own clocks are parked and dated anew without a word (0032): they count for nobody until the
-- merge is taken back, and the letter of that tells the date which counts from then on.
update notice_rule set merged = true where type = 'ticket.redated' and audience = 'citizen';

-- --- evidence of this answer ---------------------------------------------------------------------------------------------

-- As in 0037, but what was linked before the citizen asked for a second look, or appealed, proved the answer that they do not accept.
create or replace function evidence_missing(t ticket) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_demanded text := nullif(category_evidence(t.category), 'none');
begin
	if v_demanded is not null and exists (select from attachment where ticket = t.id and purpose = 'evidence' and state = 'ready'
			and (v_demanded = 'document' or type like 'image/%')
			and linked_at >= coalesce((select max(asked_at) from review where ticket = t.id), '-infinity')) then
		return null;
	end if;
	return v_demanded;
end $$;

-- --- reviews that are asked for ------------------------------------------------------------------------------------------

-- Somebody asks a colleague, or all with a role, to review a version of a reply. It waits as long as that is the last version; whoever
-- was asked and reviews it has done it. Nothing else depends on it: who may propose and sign stays as it is (0031).
create table review_request (
	id         uuid not null,
	ticket     uuid not null,
	version    int not null,
	at         timestamptz not null,
	asker      uuid not null,
	department bigint not null,
	person     uuid,
	role       text,
	state      text not null default 'asked',
	ended_at   timestamptz,
	ended_by   uuid,
	constraint review_request_pk primary key (id),
	constraint review_request_whom check ((person is null) <> (role is null)),
	constraint review_request_state check (state in ('asked', 'done', 'withdrawn', 'lapsed')),
	constraint review_request_ended check ((state = 'asked') = (ended_at is null) and ended_at >= at
		and (ended_by is not null) = (state in ('done', 'withdrawn')))
);
create unique index review_request_once on review_request (ticket, person, role) nulls not distinct where state = 'asked';
create index review_request_of_reply on review_request (ticket, version, at, id);
create index review_request_waits on review_request (department, at, id) where state = 'asked';
create index review_request_of_asker on review_request (asker, at, id) where state = 'asked';
comment on table review_request is 'Reviews of a reply that were asked for, of one person or of whoever has a role in the department.';
comment on column review_request.state is 'lapsed: the reply was changed, or decided on, before somebody reviewed it';

create function review_requests_lapse() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update review_request set state = 'lapsed', ended_at = greatest(coalesce(new.decided_at, new.at), at) where ticket = new.ticket and state = 'asked';
	return null;
end $$;

-- Refuses what cannot be reviewed by the department of the caller: TD403 another department holds the ticket, TD404 there is no such
-- version, TD412 a later one, TD409 it was decided on.
create function reply_reviewable(t ticket, r reply, p_version bigint) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	perform caller_needs('note'), caller_impartial(t.id);
	if t.holder <> caller_department() then
		raise exception 'another department holds the ticket' using errcode = 'TD403';
	elsif p_version not between 1 and coalesce(r.version, 0) then
		raise exception 'no such version' using errcode = 'TD404';
	elsif r.version <> p_version then
		raise exception 'the reply has version %', r.version using errcode = 'TD412';
	elsif r.state not in ('draft', 'proposed') then
		raise exception 'the reply is %', r.state using errcode = 'TD409', detail = moves_of(t)::text;
	end if;
end $$;
-- As in 0031, and whoever was asked has done it.
create or replace function reply_review_write(p_id uuid, p_ticket uuid, p_version bigint, p_verdict text, p_comment text, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
	r reply := reply_last(t.id);
begin
	perform reply_reviewable(t, r, p_version);
	if r.author = caller_account() then
		raise exception 'nobody reviews a text of their own' using errcode = 'TD438';
	end if;
	insert into reply_review (id, ticket, version, at, reviewer, department, verdict, comment)
		values (p_id, t.id, r.version, p_at, caller_account(), caller_department(), p_verdict, p_comment);
	update review_request set state = 'done', ended_at = greatest(p_at, at), ended_by = caller_account()
		where ticket = t.id and version = r.version and state = 'asked' and (person = caller_account() or role = any (caller_roles()));
	perform event_write(p_event, p_at, t.id, 'reply.reviewed', 'staff', caller_account(), t.holder, null, null, null, null,
		jsonb_build_object('version', r.version, 'verdict', p_verdict));
end $$;

-- Who can review a reply by this author: those of the department that holds the ticket who see it and were not kept away from it;
-- only this person, or those with this role.
create function reply_reviewers(t ticket, p_author uuid, p_person uuid, p_role text) returns setof uuid
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select a.id from account a
	where a.department = t.holder and a.active and a.id <> p_author and (p_person is null or a.id = p_person)
		and exists (select from account_role x join role_right g on g.role = x.role and g.might = 'note'
			where x.account = a.id and (p_role is null or x.role = p_role))
		and notice_sees(a.id, a.department, t.sight, t.holder)
		and not exists (select from ticket_excluded e where e.ticket = t.id and e.account = a.id)
	order by a.login limit (select value from setting where name = 'notice_people_most');
end $$;

-- Asks for a review of the last version. Refusals of reply_reviewable(), and TD497 when nobody else can review it.
create function review_ask(p_id uuid, p_ticket uuid, p_version bigint, p_person uuid, p_role text, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
	r reply := reply_last(t.id);
begin
	perform reply_reviewable(t, r, p_version);
	if not exists (select from reply_reviewers(t, r.author, p_person, p_role) x where x <> caller_account()) then
		raise exception 'nobody else can review it' using errcode = 'TD497';
	end if;
	insert into review_request (id, ticket, version, at, asker, department, person, role)
		values (p_id, t.id, r.version, p_at, caller_account(), t.holder, p_person, p_role);
	perform event_write(p_event, p_at, t.id, 'reply.review_asked', 'staff', caller_account(), t.holder, null, null, null, null,
		jsonb_strip_nulls(jsonb_build_object('request', p_id, 'version', r.version, 'person', p_person, 'role', p_role)));
end $$;

-- By who asked, or a head of the department: TD404 the caller does not see it, TD403 it is not theirs, TD498 it has ended.
create function review_withdraw(p_id uuid, p_at timestamptz, p_event uuid) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	q review_request;
	t ticket;
begin
	t := ticket_seen((select ticket from review_request where id = p_id));
	select * into strict q from review_request where id = p_id;
	if q.asker <> caller_account() and not (q.department = caller_department() and caller_roles() && '{head,hub_head}') then
		raise exception 'somebody else asked for it' using errcode = 'TD403';
	elsif q.state <> 'asked' then
		raise exception 'the request is %', q.state using errcode = 'TD498';
	end if;
	update review_request set state = 'withdrawn', ended_at = greatest(p_at, at), ended_by = caller_account() where id = q.id;
	perform event_write(p_event, p_at, t.id, 'reply.review_withdrawn', 'staff', caller_account(), t.holder, null, null, null, null,
		jsonb_build_object('request', q.id, 'version', q.version));
end $$;

create function review_requests_of(p_ticket uuid, p_version int) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('id', id, 'at', instant(at), 'asker', person_named(asker), 'person', person_named(person),
			'role', role, 'state', state, 'ended_at', instant(ended_at)) order by at, id), '[]')
		from review_request where ticket = p_ticket and version = p_version);
end $$;

-- What waits for a review of the caller, or (p_own) for one that the caller has asked others for; oldest first.
create function review_request_list(p_own boolean, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	v_at timestamptz := coalesce(split_part(p_after, '|', 1)::timestamptz, '-infinity');
	v_id uuid := coalesce(split_part(p_after, '|', 2)::uuid, nobody());
begin
	perform caller_needs('note');
	return query
	select json_build_object('id', q.id, 'at', instant(q.at), 'asker', person_named(q.asker), 'person', person_named(q.person), 'role', q.role,
			'version', q.version, 'author', person_named(r.author), 'ticket', json_build_object('id', t.id, 'code', t.code, 'title', t.title,
			'level', t.level, 'state', t.state))::text,
		concat_ws('|', q.at, q.id)
	from review_request q join ticket t on t.id = q.ticket join reply r on r.ticket = q.ticket and r.version = q.version
	where q.state = 'asked' and (q.at, q.id) > (v_at, v_id) and t.holder = q.department and not t.done and sees(t)
		and case when p_own then q.asker = caller_account() else q.department = caller_department() and r.author <> caller_account()
			and (q.person = caller_account() or q.role = any (caller_roles())) and caller_barred(t.id) is null end
	order by q.at, q.id limit p_limit + 1;
end $$;

-- Whom it is told: the reviewers, one by one.
alter table notice_rule drop constraint notice_rule_audience,
	add constraint notice_rule_audience check (audience in ('citizen', 'holder', 'author', 'reviewer', 'asked', 'signers', 'heads', 'hub', 'leaders',
		'event'));
comment on column notice_rule.audience is 'holder: the person who has the ticket, else the heads, else the officers of the holding
	department; author: of the reply that the event is about; reviewer: whose review was asked for; asked: of the department that was asked
	for the part of the event, who answered for it before, else as for holder; signers: who may sign the reply that waits; hub:
	coordinators and heads of the hub; event: whom the event names in data->audiences';
insert into notice_rule (type, audience) values ('reply.review_asked', 'reviewer'), ('reply.review_withdrawn', 'reviewer');
select letter_add('reply.review_asked', 'staff', false, 'Đề nghị rà soát dự thảo trả lời',
	'Đồng nghiệp đề nghị Ông/Bà rà soát dự thảo trả lời phiếu dưới đây lúc {{at}}. Đề nghị xem dự thảo và cho ý kiến.',
	'A draft to review',
	'A colleague asked at {{at}} for your review of the reply to the ticket below. Please read the draft and say what you think of it.');
select letter_add('reply.review_withdrawn', 'staff', false, 'Đề nghị rà soát dự thảo đã được rút lại',
	'Đồng nghiệp đã rút lại lúc {{at}} đề nghị Ông/Bà rà soát dự thảo trả lời phiếu dưới đây; Ông/Bà không phải cho ý kiến nữa.',
	'Your review is not needed any more',
	'A colleague took back at {{at}} the request for your review of the reply to the ticket below. Nothing is left to do.');

-- Whether one of these people is told: nobody of a ticket that they are kept away from, and only who can sign is asked to.
create function notice_may(p_audience text, p_ticket uuid, p_sight text, p_account uuid, p_deputy boolean) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if p_audience in ('signers', 'asked') then
		return not exists (select from ticket_excluded where ticket = p_ticket and account = p_account)
			and not (p_audience = 'signers' and exists (select from reply where ticket = p_ticket and state = 'proposed' and author = p_account))
			and not notice_kept(p_ticket, p_sight, p_account);
	end if;
	return not (p_deputy and kept_away(p_ticket, p_account)) and not notice_kept(p_ticket, p_sight, p_account);
end $$;
drop function notice_target(text, uuid, uuid, timestamptz, jsonb);
-- As in 0040, for an audience that may be several people: each is one person before roles count.
create function notice_target(p_audience text, p_ticket uuid, p_person uuid, p_at timestamptz, p_data jsonb)
returns table (person uuid, part uuid) language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_version int := (p_data->>'version')::int;
	v_part part;
begin
	if p_audience = 'reviewer' then
		return query
		select x, null::uuid from review_request q join reply r on r.ticket = q.ticket and r.version = q.version
			cross join lateral (select * from ticket where id = q.ticket offset 0) t cross join lateral reply_reviewers(t, r.author, q.person, q.role) x
		where q.id = (p_data->>'request')::uuid;
		return;
	elsif p_audience = 'holder' then
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
	return next;
end $$;
-- As in 0040, with one audience more.
create or replace function notices_make(p_now timestamptz, p_limit bigint) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off set enable_seqscan = off set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan as $$
declare
	v_after notice_cursor;
	v_audiences text[] := '{citizen,holder,author,reviewer,asked,signers,heads,hub,leaders}';
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

-- --- what a ticket is tied to --------------------------------------------------------------------------------------------

-- Another ticket as far as the caller may know of it, as relations_of() tells of it (0032); NULL: not at all.
create function ticket_tied(k ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('id', case when s.sees then k.id end, 'code', k.code, 'title', case when s.sees then k.title end)
		from (select sees(k) as sees) s where k.id is not null and ticket_nameable(k));
end $$;
-- For staff who see the ticket: what it was merged into, why it was refused, what was split from it and what from. Only what does not
-- change without a new version of the ticket: no state of others.
create function ticket_ties(p_ticket uuid) returns table (merged_into json, refusal json, splits json)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket;
begin
	select * into strict t from ticket where id = ticket_visible(p_ticket);
	return query
	select (select json_build_object('kind', m.kind, 'at', instant(m.at), 'ticket', ticket_tied(k))
			from ticket_merge m join ticket k on k.id = m.into_ticket where m.ticket = t.id and m.ended_at is null),
		refusal_of(t),
		json_build_object('parent', (select ticket_tied(k) from ticket_relation r join ticket k on k.id = r.other
				where r.ticket = t.id and r.kind = 'split_from'),
			'children', (select coalesce(json_agg(x.tied order by x.number) filter (where x.tied is not null), '[]') from (
				select ticket_tied(k) as tied, k.number from ticket_relation r join ticket k on k.id = r.ticket
				where r.other = t.id and r.kind = 'split_from') x));
end $$;

-- How a part stands, as a clock does; NULL for one that was declined or taken back.
create function part_standing(p part, p_now timestamptz, p_soon timestamptz) returns text language sql immutable parallel safe as $$
	select case p.state when 'given' then case when p.ended_at <= p.due_at then 'met' else 'met_late' end
		when 'asked' then tiepdan.standing(null, p.due_at, p_now, p_soon) end
$$;
-- As in 0035; of a ticket that the caller is kept away from a part is neither read nor listed, as it is not answered.
create or replace function part_show(p_part uuid, out body text, out etag text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	p part;
begin
	select * into p from part where id = p_part;
	if not coalesce(part_open_to(p, caller_department(), caller_roles()) and caller_barred(p.ticket) is null, false) then
		perform ticket_visible(p.ticket);
	end if;
	body := (select (part_body(p)::jsonb || jsonb_build_object('ticket', case when part_reads(p, t) then json_build_object('code', t.code,
			'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en), 'area', named(a.code, a.name_vi, a.name_en), 'title', t.title,
			'text', t.text, 'location_text', t.location_text, 'level', t.level, 'state', t.state, 'filed_at', instant(t.filed_at)) end))::text
		from ticket t join category c on c.code = t.category left join area a on a.code = t.area where t.id = p.ticket);
	etag := p.version::text;
end $$;
create or replace function part_list(p_ended boolean, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	v_at timestamptz := coalesce(split_part(p_after, '|', 1)::timestamptz, case when p_ended then 'infinity' else '-infinity' end::timestamptz);
	v_id uuid := coalesce(split_part(p_after, '|', 2)::uuid, case when p_ended then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
		else '00000000-0000-0000-0000-000000000000' end::uuid);
	v_ids uuid[];
begin
	perform caller_needs('part');
	if p_ended then
		v_ids := array(select id from part where department = caller_department() and state <> 'asked' and (ended_at, id) < (v_at, v_id)
			and caller_barred(ticket) is null order by ended_at desc, id desc limit p_limit + 1);
	else
		v_ids := array(select id from part where department = caller_department() and state = 'asked' and (due_at, id) > (v_at, v_id)
			and caller_barred(ticket) is null order by due_at, id limit p_limit + 1);
	end if;
	return query
	select (part_body(p)::jsonb || jsonb_build_object('ticket', json_build_object('code', t.code,
			'title', case when part_reads(p, t) then t.title end, 'level', t.level)))::text,
		concat_ws('|', case when p_ended then p.ended_at else p.due_at end, p.id)
	from unnest(v_ids) with ordinality i (id, ord) join part p on p.id = i.id join ticket t on t.id = p.ticket order by i.ord;
end $$;
comment on function part_list(boolean, text, bigint) is 'for servers of before, as long as there are some, and for the one below';
-- As in 0035, with how each part stands, and what the time that is left is counted by.
create function part_list(p_ended boolean, p_now timestamptz, p_soon timestamptz, p_after text, p_limit bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select (i.item::jsonb || jsonb_build_object('standing', part_standing(p, p_now, p_soon)))::text, i.key,
		case p.state when 'asked' then p.due_at end, department_calendar(p.department), 'wd'
	from part_list(p_ended, p_after, p_limit) with ordinality i (item, key, ord)
		cross join lateral (select * from part where id = (i.item::json->>'id')::uuid offset 0) p
	order by i.ord;
end $$;

-- --- the name of the citizen in what is published -------------------------------------------------------------------------

-- As publication_draft(), with the sealed contact: the server looks for the name that the citizen gave, and shows it to nobody. The
-- event of the proposal is its record.
create function publication_words(p_ticket uuid, p_version bigint)
returns table (title text, question text, answer text, epoch bigint, wrapped bytea, box bytea, reads_contact boolean)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select d.title, d.question, d.answer, c.epoch, c.wrapped, c.box, names_seen()
	from publication_draft(p_ticket, p_version) d left join contact c on c.ticket = p_ticket and c.erased_at is null;
end $$;
comment on function publication_draft is 'for servers of before, as long as there are some, and for the one above';

-- --- the list of those who petition --------------------------------------------------------------------------------------

alter table attachment add column replaced_at timestamptz,
	add constraint attachment_replaced check (replaced_at is null or purpose = 'petitioners') not valid;	-- see 0048
comment on column attachment.replaced_at is 'of a list of petitioners: when a later one took its place';

create or replace function attachment_item(a attachment) returns json language sql stable parallel safe as $$
	select json_build_object('id', a.id, 'name', a.name, 'purpose', a.purpose, 'state', a.state, 'reason', a.reason, 'type', a.type,
		'bytes', a.bytes, 'width', a.width, 'height', a.height, 'thumbnail', a.thumbnail is not null, 'at', tiepdan.instant(a.linked_at),
		'replaced_at', tiepdan.instant(a.replaced_at))
$$;

-- As in 0028, and a list of petitioners while the petition is worked on, which may take the place of those before: they stay, marked.
-- TD499 the ticket is no petition.
create function tracking_attach(p_number bigint, p_generation bigint, p_upload uuid, p_purpose text, p_replaces boolean, p_at timestamptz,
	p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
	r ticket := case_root(t);
	v_list boolean := p_purpose = 'petitioners';
begin
	if r.done and (v_list or r.state <> 'answered') then
		raise exception 'the ticket is %', r.state using errcode = 'TD409', detail = moves_tracked(t)::text;
	elsif v_list and not exists (select from petition where ticket = t.id) then
		raise exception 'the ticket is no petition' using errcode = 'TD499';
	elsif attachment_link(t.id, p_upload, case when v_list then 'petitioners' else 'citizen' end, null, null, p_at) then
		update attachment set replaced_at = p_at where ticket = t.id and purpose = 'petitioners' and id <> p_upload and replaced_at is null
			and v_list and p_replaces;
		update ticket set version = version + 1, updated_at = p_at where id = t.id;
		perform event_write(p_event, p_at, t.id, 'ticket.attached', 'ticket', null, t.holder, null, null,
			case when v_list then 'Người gửi phiếu đã nộp danh sách người cùng kiến nghị' else 'Người gửi phiếu đã đính kèm tệp' end,
			case when v_list then 'The citizen added a list of those who petition' else 'The citizen attached a file' end,
			jsonb_build_object('attachment', p_upload, 'purpose', p_purpose));
		perform event_write(gen_random_uuid(), p_at, r.id, 'ticket.attached', 'ticket', null, r.holder, null, null, null, null,
			jsonb_build_object('attachment', p_upload, 'purpose', p_purpose, 'ticket', t.id)) where r.id <> t.id;
	end if;
end $$;
-- As in 0028; a list that is refused has replaced none.
create or replace function attachment_refuse(p_id uuid, p_attempt bigint, p_reason text) returns boolean
language sql security definer set search_path = tiepdan, pg_temp as $$
	with refused as (
		update attachment set state = 'refused', reason = p_reason where id = p_id and state = 'checking' and attempts = p_attempt
			returning ticket, purpose, linked_at),
	back as (
		update attachment a set replaced_at = null from refused r
			where a.ticket = r.ticket and r.purpose = 'petitioners' and a.replaced_at = r.linked_at and a.id <> p_id)
	select true from refused
$$;
comment on function tracking_attach(bigint, bigint, uuid, timestamptz, uuid) is 'for servers of before, as long as there are some: no lists';

-- --- tables that grow ----------------------------------------------------------------------------------------------------

-- Last, because others wait from here to the end. Constraints without a look at what is there: see 0048.
alter table review_request
	add constraint review_request_reply_fk foreign key (ticket, version) references reply (ticket, version),
	add constraint review_request_asker_fk foreign key (asker) references account,
	add constraint review_request_department_fk foreign key (department) references department,
	add constraint review_request_person_fk foreign key (person) references account,
	add constraint review_request_role_fk foreign key (role) references role,
	add constraint review_request_ended_by_fk foreign key (ended_by) references account;
create trigger review_requests_lapse after insert or update of state on reply for each row execute function review_requests_lapse();
alter table notice drop constraint notice_audience,
	add constraint notice_audience check (audience in ('citizen', 'holder', 'author', 'reviewer', 'asked', 'signers', 'heads', 'hub', 'leaders', 'duty'))
	not valid;
alter table review_request enable row level security;
create policy review_request_seen on review_request for select to tiepdan_app using (exists (select from ticket t where t.id = review_request.ticket));
revoke all on review_request from public;
grant select on review_request to tiepdan_app;

revoke execute on all functions in schema tiepdan from public;
grant execute on function review_ask, review_withdraw, review_requests_of, review_request_list, ticket_ties,
	part_list(boolean, timestamptz, timestamptz, text, bigint), tracking_attach(bigint, bigint, uuid, text, boolean, timestamptz, uuid),
	publication_words to tiepdan_app;
