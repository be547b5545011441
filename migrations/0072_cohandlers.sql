-- Co-handlers that routing rules name (`with`, civil/rules.h) are asked for their parts when the department that has the ticket accepts it,
-- and when it goes on with it on another path: whom the rules of today's route name, as they are on that day, each once, with a text of
-- the city and the limit that the policy has for one department. A rule refuses nothing: whom it cannot ask is left out and told of.
set local search_path = tiepdan, public;

-- Nobody has changed anything: it belongs to the version that there is.
alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('parts_days', 3, 'a part that a rule asks for is due after so many working days where the policy has no limit for one department', 1, 30);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row where kind = 'settings' and key = 'parts_days')
	where k.kind = 'settings';

-- --- what is asked ---------------------------------------------------------------------------------------------------------

create table part_text (
	valid_from date,
	text_vi    text not null,
	text_en    text not null,
	constraint part_text_version unique nulls not distinct (valid_from),
	constraint part_text_length check (char_length(text_vi) between 10 and 2000 and char_length(text_en) between 10 and 2000)
);
comment on table part_text is 'What a department is asked for by a rule: each version counts from a day on until there is another one.';
comment on column part_text.valid_from is 'the first day; NULL: always';
insert into part_text values (null,
	'Đề nghị cơ quan phối hợp xem xét phần nội dung của phiếu thuộc chức năng, nhiệm vụ của mình và gửi ý kiến hoặc kết quả xử lý cho '
		'đơn vị chủ trì trước thời hạn. Trường hợp nội dung không thuộc thẩm quyền, đề nghị nêu rõ lý do.',
	'Please look at what of this ticket falls within your duties, and give your opinion or what was done about it to the department that '
		'has the ticket before it is due. If nothing is within your competence, please say why.');

insert into import_kind (code, keys) values ('part_texts', '{valid_from}');
insert into import_column (kind, name, type, required, refers) values
	('part_texts', 'valid_from', 'date', false, null), ('part_texts', 'text_vi', 'words', true, null),
	('part_texts', 'text_en', 'words', true, null);
create function import_part_texts(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into part_text (valid_from, text_vi, text_en) values ((r->>'valid_from')::date, r->>'text_vi', r->>'text_en')
	on conflict on constraint part_text_version do update set (text_vi, text_en) = (excluded.text_vi, excluded.text_en)
$$;
comment on function import_part_texts is 'valid_from (optional: always), text_vi, text_en (10 to 2000 characters each): what a department
is asked for by a rule. Each counts until the next one.';
do $$
begin
	execute 'create or replace view import_row as ' || rtrim(pg_get_viewdef('import_row'::regclass), ';') || '
		union all select ''part_texts'', coalesce(valid_from::text, ''''), jsonb_strip_nulls(to_jsonb(x)) from part_text x';
end $$;
select configuration_watch();
insert into configuration_kept
	select 'part_texts', 1, now(), null, session_user, jsonb_object_agg(key, cells) from import_row where kind = 'part_texts';

create function part_task(p_day date) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select text_vi || E'\n\n' || text_en from part_text where p_day >= coalesce(valid_from, '-infinity')
			order by valid_from desc nulls last limit 1);
end $$;

-- --- until when ------------------------------------------------------------------------------------------------------------

-- When a part would be due that is asked for now, by the calendar of the department: only the server counts dates.
create type part_date as (calendar text, unit text, amount bigint, due_at timestamptz);
create function part_dates(p_calendars text[], p_units text[], p_amounts bigint[], p_dues timestamptz[]) returns part_date[]
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return array(select row(d.*)::part_date from unnest(p_calendars, p_units, p_amounts, p_dues) d (calendar, unit, amount, due_at));
end $$;
-- The date of a part: the limit that the ticket's policy has for one department, else the setting parts_days; not after the answer that it
-- is for. NULL: there is no such date.
create function cohandler_due(t ticket, p_department bigint, p_at timestamptz, p_dates part_date[]) returns timestamptz
language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_answer timestamptz := answer_due(t.id);
	v_unit text;
	v_amount bigint;
begin
	select coalesce(p.step_unit, 'wd'), coalesce(p.step_amount, s.value) into v_unit, v_amount
		from setting s left join policy p on p.id = t.policy and p.step_unit <> 'none' where s.name = 'parts_days';
	return least((select min(due_at) from unnest(p_dates) where (calendar, unit, amount) = (department_calendar(p_department), v_unit, v_amount)),
		case when v_answer > p_at then v_answer end);
end $$;

-- --- who is asked ----------------------------------------------------------------------------------------------------------

-- Whether a department, now maybe under another name, has given or refused its part already, is at it, or is not needed: who has the ticket
-- took it back.
create function part_had(t ticket, p_departments bigint[]) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from part p left join account a on a.id = p.ended_by where p.ticket = t.id and p.department = any (p_departments)
		and (p.state <> 'cancelled' or a.department = t.holder));
end $$;
-- Whom the rules of a ticket's route name, or who has come after them, in their order, each once; nobody of a closed sight. bar: why it is
-- not asked: ended, holder, denounced, had.
create function cohandlers_of(t ticket, p_day date) returns table (code text, department bigint, bar text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	with named as materialized (
		select w.code, w.ord, d.id, heir(d.id, t.category, t.area, p_day) as heir
		from jsonb_array_elements_text(t.route #> '{rules,with}') with ordinality w (code, ord) join department d on d.code = w.code
		where not sight_closed(t.sight))
	select n.code, n.heir, case when n.heir is null then 'ended' when n.heir = t.holder then 'holder'
		when department_denounced(t.id, n.heir) then 'denounced' when part_had(t, array[n.id, n.heir]) then 'had' end
	from named n where not exists (select from named e where e.heir = n.heir and e.ord < n.ord) order by n.ord;
end $$;

-- Asks them, for a ticket that the caller has locked and changed, in a state in which parts are asked for. Whether somebody was asked.
-- Who has ended, is denounced, is too many (setting parts_most) or cannot be given a date is told of by an event that staff read.
create function cohandlers_ask(p_ticket uuid, p_at timestamptz, p_dates part_date[]) returns boolean language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	a action;
	c record;
	v_day date := city_day(p_at);
	v_rules jsonb;
	v_part uuid;
	v_due timestamptz;
	v_left jsonb := '[]';
	v_asked boolean := false;
begin
	select * into strict t from ticket where id = p_ticket;
	select * into strict a from action where code = 'ask_part';
	if not exists (select from move where action = a.code and from_state = t.state) then
		return false;
	end if;
	v_rules := jsonb_build_object('rule_set', t.route #> '{rules,set}', 'rules',
		jsonb_path_query_array(t.route, '$.rules.taken[*] ? (@.said[*] == "with").rule'));
	for c in select * from cohandlers_of(t, v_day) where coalesce(bar, '') not in ('holder', 'had') loop
		v_due := case when c.bar is null then cohandler_due(t, c.department, p_at, p_dates) end;
		c.bar := coalesce(c.bar, case when not parts_room(t) then 'too_many' when v_due is null then 'no_date' end);
		if c.bar is not null then
			v_left := v_left || jsonb_build_object('department', c.code, 'why', c.bar);
			continue;
		end if;
		insert into part (id, ticket, department, asked_at, asked_by, asked_from, task, due_at)
			values (gen_random_uuid(), t.id, c.department, p_at, caller_account(), t.holder, part_task(v_day), v_due) returning id into v_part;
		perform event_write(gen_random_uuid(), p_at, t.id, a.event, 'staff', caller_account(), c.department, null, null, a.public_vi, a.public_en,
			v_rules || jsonb_build_object('part', v_part, 'due', instant(v_due)));
		v_asked := true;
	end loop;
	if v_left <> '[]' then
		perform event_write(gen_random_uuid(), p_at, t.id, 'part.left_out', 'staff', caller_account(), t.holder, null, null, null, null,
			v_rules || jsonb_build_object('departments', v_left));
	end if;
	return v_asked;
end $$;

-- --- when ------------------------------------------------------------------------------------------------------------------

-- As in 0029, which serves without them, with the dates of parts that the acceptance asks for.
create function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	select m.body, m.etag into body, etag from ticket_move(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person,
		p_text, p_at, p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event) m;
	if p_action = 'accept' and cohandlers_ask(p_ticket, p_at, part_dates(p_part_calendars, p_part_units, p_part_amounts, p_part_dues)) then
		select m.body, m.etag into body, etag from ticket t, ticket_moved(t) m where t.id = p_ticket;
	end if;
end $$;
-- As in 0030, with those dates.
create function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
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
	v_problem text;
	v_body text;
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
			v_problem := p_problems[array_position(p_sqlstates, v_state)];
			if v_problem is null then
				raise;
			end if;
			if v_state = 'TD409' and v_detail like '[%]' then
				v_problem := rtrim(v_problem, '}') || ',"moves":' || v_detail || '}';
			end if;
			v_items[i.ord] := format('{"id":"%s","status":%s,"problem":%s}', i.ticket, v_problem::json->>'status', v_problem);
		end;
	end loop;
	v_body := format('{"done":%s,"refused":%s,"items":[%s]}', v_done, cardinality(v_items) - v_done, array_to_string(v_items, ','));
	if p_key is not null then
		perform once_finish(p_key, 200, v_body);
	end if;
	return v_body;
end $$;
create or replace function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
	p_department text, p_person uuid, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[],
	p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_sqlstates text[],
	p_problems text[], p_key bytea)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	return tickets_move(p_action, p_tickets, p_versions, p_events, p_reason_code, p_reason, p_department, p_person, p_at, p_policies, p_kinds,
		p_dues, p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, '{}', '{}', '{}', '{}', p_sqlstates, p_problems, p_key);
end $$;
comment on function tickets_move(text, uuid[], bigint[], uuid[], text, text, text, uuid, timestamptz, bigint[], text[], timestamptz[],
	timestamptz[], text[], bigint[], text, bigint, text[], text[], bytea) is 'for servers of before, as long as there are some';

-- As in 0066, with those dates: whoever goes on with a ticket on another path does not accept it anew.
create function ticket_reclassify(p_ticket uuid, p_version bigint, p_kind text, p_category text, p_against text, p_level text,
	p_visibility text, p_sight text, p_route text, p_holder bigint, p_policy bigint, p_tags text[], p_flags text[], p_reason text, p_at timestamptz, p_slots bigint[],
	p_kinds text[], p_starts timestamptz[], p_waits boolean[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[],
	p_units text[], p_amounts bigint[], p_extensions bigint[], p_offer_policies bigint[], p_offer_kinds text[], p_offer_dues timestamptz[],
	p_offer_alarms timestamptz[], p_offer_units text[], p_offer_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid,
	p_part_calendars text[], p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	select m.body, m.etag into body, etag from ticket_reclassify(p_ticket, p_version, p_kind, p_category, p_against, p_level, p_visibility,
		p_sight, p_route, p_holder, p_policy, p_tags, p_flags, p_reason, p_at, p_slots, p_kinds, p_starts, p_waits, p_dues, p_alarms,
		p_versions, p_units, p_amounts, p_extensions, p_offer_policies, p_offer_kinds, p_offer_dues, p_offer_alarms, p_offer_units,
		p_offer_amounts, p_calendar, p_calendar_version, p_event) m;
	if cohandlers_ask(p_ticket, p_at, part_dates(p_part_calendars, p_part_units, p_part_amounts, p_part_dues)) then
		select m.body, m.etag into body, etag from ticket t, ticket_moved(t) m where t.id = p_ticket;
	end if;
end $$;

-- --- who may what ----------------------------------------------------------------------------------------------------------

revoke all on part_text from public;
revoke execute on function import_part_texts, part_task, part_dates, cohandler_due, part_had, cohandlers_of, cohandlers_ask, ticket_move(uuid, text,
	bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[], timestamptz[], text[], bigint[], text, bigint, uuid,
	text[], text[], bigint[], timestamptz[]), tickets_move(text, uuid[], bigint[], uuid[], text, text, text, uuid, timestamptz, bigint[], text[],
	timestamptz[], timestamptz[], text[], bigint[], text, bigint, text[], text[], bigint[], timestamptz[], text[], text[], bytea),
	ticket_reclassify(uuid, bigint, text, text, text, text, text, text, text, bigint, bigint, text[], text[], text, timestamptz, bigint[], text[],
	timestamptz[], boolean[], timestamptz[], timestamptz[], bigint[], text[], bigint[], bigint[], bigint[], text[], timestamptz[], timestamptz[],
	text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[]) from public;
grant execute on function ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[], timestamptz[],
	text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[]), tickets_move(text, uuid[], bigint[], uuid[], text, text, text,
	uuid, timestamptz, bigint[], text[], timestamptz[], timestamptz[], text[], bigint[], text, bigint, text[], text[], bigint[], timestamptz[],
	text[], text[], bytea), ticket_reclassify(uuid, bigint, text, text, text, text, text, text, text, bigint, bigint, text[], text[], text,
	timestamptz, bigint[], text[], timestamptz[], boolean[], timestamptz[], timestamptz[], bigint[], text[], bigint[], bigint[], bigint[], text[],
	timestamptz[], timestamptz[], text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[]) to tiepdan_app;
revoke execute on function ticket_reclassify(uuid, bigint, text, text, text, text, text, text, text, bigint, bigint, text[], text[], text,
	timestamptz, bigint[], text[], timestamptz[], boolean[], timestamptz[], timestamptz[], bigint[], text[], bigint[], bigint[], bigint[], text[],
	timestamptz[], timestamptz[], text[], bigint[], text, bigint, uuid) from tiepdan_app;
