-- A case is what several citizens filed about and what one answer is for: the ticket that stands for the others, and all that were
-- merged into it or joined it (0032). Who rates its answer, whose files are whose, and how it is counted.
set local search_path = tiepdan, public;

-- --- rating --------------------------------------------------------------------------------------------------------------

alter table rating add column answer uuid;
update rating set answer = ticket;
alter table rating alter column answer set not null,
	drop constraint rating_once,
	add constraint rating_once primary key (ticket, answer);
create index rating_of_answer on rating (answer);
alter table rating add constraint rating_answer_fk foreign key (answer) references ticket not valid;	-- last: it stops filing; see 0042
comment on column rating.answer is 'the ticket that was answered: the same, or the one that stood for it';
insert into setting values ('rating_comments_most', 50, 'a ticket is shown to staff with at most so many comments of ratings');

create or replace function may_rate(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r ticket := case_root(t);
begin
	return r.state in ('answered', 'closed') and not exists (select from rating where ticket = t.id and answer = r.id);
end $$;
-- Edges are seen by functions alone, and rating_of() has the rights of its caller, which may be a server of before.
alter function ticket_root security definer;
-- The citizen's own rating of the answer that counts for their ticket now.
create or replace function rating_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('score', score, 'reasons', to_json(reasons), 'comment', comment, 'at', instant(at))
		from rating where ticket = p_ticket and answer = ticket_root(p_ticket));
end $$;

-- Each citizen of a case rates once. Whose rating it is nobody reads: of a merged ticket neither its own version nor an event of it
-- tells, and the event of the case is the same for all.
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
	end if;
	insert into rating (ticket, answer, at, score, reasons, comment) values (t.id, r.id, p_at, p_score, coalesce(p_reasons, '{}'), p_comment);
	update ticket set version = version + 1, updated_at = p_at where id = t.id and id = r.id;
	perform event_write(p_event, p_at, r.id, 'ticket.rated', 'ticket', null, r.holder, null, null,
		case when v_alone then 'Người gửi phiếu đã đánh giá' end, case when v_alone then 'The citizen rated the answer' end, null);
end $$;

-- For staff who see the ticket: what its citizen thought, as long as there is only one.
create function rating_shown(p_ticket uuid) returns json language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	if ticket_root(p_ticket) <> p_ticket or exists (select from rating where answer = p_ticket and ticket <> p_ticket)
		or exists (select from ticket_merge where into_ticket = p_ticket and ended_at is null) then
		return null;
	end if;
	return rating_of(p_ticket);
end $$;
-- What all citizens of a case thought of its answer. Comments are in an order that says nothing.
create function ratings_of(p_ticket uuid) returns json language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('satisfied', count(*) filter (where score = 'satisfied'), 'acceptable', count(*) filter (where score = 'acceptable'),
			'unsatisfied', count(*) filter (where score = 'unsatisfied'), 'comments', array(
				select comment from rating where answer = p_ticket and comment is not null order by sha256(convert_to(comment, 'UTF8'))
				limit (select value from setting where name = 'rating_comments_most')))
		from rating where answer = p_ticket);
end $$;

-- --- files ---------------------------------------------------------------------------------------------------------------

-- Whether the caller reads internal notes, and what hangs on them: not leaders.
create function notes_seen() returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return caller_roles() && (array['auditor'] || array(select role from role_right where might = 'note'));
end $$;

-- The files of a ticket and of those that were merged into it, for whoever sees the ticket itself: there they are as long as the
-- merge lasts. Citizens see those of their own ticket alone (0028).
create function attachments_of(p_ticket uuid, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform ticket_visible(p_ticket);
	return query
	select rtrim(attachment_item(a)::text, '}') || ',"ticket":' || json_build_object('code', t.code, 'own', t.id = p_ticket) || '}',
		concat_ws('|', a.linked_at, a.id)
	from (select p_ticket as id union all select * from merged_below(p_ticket, null)) x join ticket t on t.id = x.id
		join attachment a on a.ticket = x.id
	where (a.purpose <> 'note' or notes_seen()) and (a.purpose <> 'petitioners' or names_seen())
		and (a.linked_at, a.id) > (coalesce(split_part(p_after, '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(p_after, '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
	order by a.linked_at, a.id limit p_limit + 1;
end $$;

-- Whether a ticket is this one, or was merged into it or into what was.
create function merged_under(p_ticket uuid, p_root uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_at uuid := p_ticket;
begin
	while v_at <> p_root loop
		v_at := (select into_ticket from ticket_merge where ticket = v_at and ended_at is null);
	end loop;
	return v_at is not null;
end $$;
-- One file of them.
create function attachment_seen(p_ticket uuid, p_id uuid)
returns table (state text, type text, name text, bytes bigint, hash bytea, thumbnail bytea)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform ticket_visible(p_ticket);
	return query
	select a.state, a.type, a.name, a.bytes, a.hash, a.thumbnail from attachment a
	where a.id = p_id and a.ticket is not null and merged_under(a.ticket, p_ticket) and (a.purpose <> 'note' or notes_seen())
		and (a.purpose <> 'petitioners' or names_seen());
end $$;

-- --- counting ------------------------------------------------------------------------------------------------------------

drop function report_sla(date, date, text, timestamptz, text);
-- As before, but what another ticket stands for at p_as_of (`merged`), and what its citizen has withdrawn before an answer
-- (`withdrawn`), is in none of the four counters of the 2x2, nor in `no_clock`. These seven add up to the total.
create function report_sla(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, answered_on_time bigint, answered_late bigint, open_in_time bigint,
	open_overdue bigint, no_clock bigint, merged bigint, withdrawn bigint, total bigint, returned bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform caller_needs('report');
	return query
	with period as (
		select t.id, t.category, coalesce(t.area, '') as area, t.holder, exists (select from ticket_merge m
				where m.ticket = t.id and m.at <= p_as_of and (m.ended_at is null or m.ended_at > p_as_of)) as merged,
			case when t.state = 'withdrawn' then (select min(e.at) from event e where e.ticket = t.id and e.type = 'ticket.withdrawn'
				and e.at > t.filed_at - interval '1 day') <= p_as_of else false end as withdrawn
		from ticket t
		where t.filed_at >= p_from::timestamp at time zone p_zone and t.filed_at < (p_to + 1)::timestamp at time zone p_zone
			and t.filed_at <= p_as_of),
	filed as (
		select case p_by when 'department' then (select code from department where id = case
					when c.stop_at <= p_as_of then c.holder
					else coalesce((select h.department from holding h where h.ticket = t.id and h.since <= p_as_of
						and (h.until is null or h.until > p_as_of) limit 1), t.holder) end)
				when 'category' then t.category else t.area end as key,
			case when c.stop_at <= p_as_of and c.outcome <> 'passed' then case when c.stop_at <= c.due_at then 'answered_on_time'
					else 'answered_late' end
				when t.withdrawn then 'withdrawn'
				when t.merged then 'merged'
				when c.ticket is null and r.ticket is null then 'no_clock'
				when coalesce(c.due_at, r.due_at) >= p_as_of then 'open_in_time' else 'open_overdue' end as cell
		from period t left join clock c on c.ticket = t.id and c.kind = 'answer' and c.round = 1
			left join clock_running r on r.slot = slot_current() and r.ticket = t.id and r.kind = 'answer' and r.round = 1
		union all
		select case p_by when 'department' then d.code when 'category' then t.category else t.area end, 'returned'
		from period t join holding h on h.ticket = t.id and h.ended_by = 'return' and h.until <= p_as_of
			join department d on d.id = h.department),
	counted as (
		select key, count(*) filter (where cell = 'answered_on_time') as n1, count(*) filter (where cell = 'answered_late') as n2,
			count(*) filter (where cell = 'open_in_time') as n3, count(*) filter (where cell = 'open_overdue') as n4,
			count(*) filter (where cell = 'no_clock') as n5, count(*) filter (where cell = 'merged') as n6,
			count(*) filter (where cell = 'withdrawn') as n7, count(*) filter (where cell <> 'returned') as n,
			count(*) filter (where cell = 'returned') as n8
		from filed group by grouping sets ((key), ()))
	select c.key, coalesce(d.name_vi, g.name_vi, a.name_vi, case c.key when '' then 'Không rõ địa bàn' end),
		coalesce(d.name_en, g.name_en, a.name_en, case c.key when '' then 'No area' end), n1, n2, n3, n4, n5, n6, n7, n, n8
	from counted c
		left join department d on p_by = 'department' and d.code = c.key
		left join category g on p_by = 'category' and g.code = c.key
		left join area a on p_by = 'area' and a.code = c.key
	order by c.key nulls last;
end $$;

revoke execute on all functions in schema tiepdan from public;
grant execute on function ticket_root, report_sla, rating_shown, ratings_of, attachments_of, attachment_seen to tiepdan_app;
