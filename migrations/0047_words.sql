-- Words that say what is, and what officers were promised but did not find: letters that tell until when, one rule of who rates,
-- evidence of this answer, reviews that are asked for, and what a ticket is tied to where it is read.
set local search_path = tiepdan, public;

-- --- letters -------------------------------------------------------------------------------------------------------------

-- What nobody is told any more: a question that has ended, a version for publication that is not proposed any more.
create function notice_late(n notice, p_now timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return n.account is null and case n.type
		when 'ticket.asked' then not exists (select from event e join question q on q.id::text = e.data->>'question' and q.ticket = e.ticket
			where e.at = n.event_at and e.id = n.event and q.ended_at is null and q.until_at > p_now)
		when 'publication.proposed' then publication_state_of(n.ticket) <> 'proposed'
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

insert into notice_template (type, side, language, version, subject, text)
select type, side, language, 3, subject, replace(replace(text, n.old, n.new), n.old_link, n.new_link)
from notice_template join (values
	(E'Đơn vị có trách nhiệm: {{department}}\n', E'Đơn vị có trách nhiệm: {{department}}\nHạn trả lời: {{due}}\n',
		'Kính đề nghị Ông/Bà xem câu hỏi và trả lời theo liên kết sau; liên kết chỉ mở câu hỏi này, đến khi hết thời hạn trả lời:',
		'Kính đề nghị Ông/Bà xem câu hỏi và trả lời trước thời hạn nêu trên, theo liên kết sau hoặc khi tra cứu phiếu:'),
	(E'Responsible department: {{department}}\n', E'Responsible department: {{department}}\nPlease answer by: {{due}}\n',
		'Please read and answer its question by this link; it opens nothing but the question, until the time for the answer is over:',
		'Please read its question and answer it by then, with this link or when you follow the ticket:'))
	n (old, new, old_link, new_link) on strpos(text, n.old) > 0 and strpos(text, n.old_link) > 0
where type = 'ticket.asked' and side = 'citizen' and version = 2;

insert into notice_template (type, side, language, version, subject, text)
select type, side, language, 2, subject, replace(text, n.old, n.new)
from notice_template join (values
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

-- As in 0041; TD496 the citizen cannot read the answer.
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
	update ticket set version = version + 1, updated_at = p_at where id = t.id and id = r.id;
	perform event_write(p_event, p_at, r.id, 'ticket.rated', 'ticket', null, r.holder, null, null,
		case when v_alone then 'Người gửi phiếu đã đánh giá' end, case when v_alone then 'The citizen rated the answer' end, null);
end $$;

-- Who joined learns of the answer to read once it is published.
update notice_rule set merged = true where type = 'publication.published' and audience = 'citizen';
insert into notice_template (type, side, language, version, subject, text)
select type, side, language, 2, subject, replace(text, n.old, n.old || n.more)
from notice_template join (values
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
