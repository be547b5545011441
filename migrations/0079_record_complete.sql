-- The record holds more than events: each event says how its ticket stands, and what was written beside it is committed to, so that
-- `tiepdan verify record` finds a ticket or a text that somebody changed without an event. A root of each day for a gazette.
set local search_path = tiepdan, public;

-- --- how a ticket stands -----------------------------------------------------------------------------------------------------

-- What events say of their ticket; the one with the highest version says how it is. Nothing that is null.
create function ticket_stands(t ticket) returns jsonb language sql stable parallel safe as $$
	select jsonb_strip_nulls(jsonb_build_object('version', t.version, 'state', t.state, 'holder', t.holder, 'person', t.person, 'policy', t.policy,
		'returns', t.returns, 'kind', t.kind, 'category', t.category, 'area', t.area, 'level', t.level, 'visibility', t.visibility,
		'sight', t.sight, 'outcome', t.outcome, 'answered_us', (extract(epoch from t.answered_at) * 1000000)::bigint))
$$;
-- What never changes of it; `ticket.filed` says the same, and `ticket.recorded` of tickets of before.
create function ticket_filed_as(t ticket) returns jsonb language sql stable parallel safe as $$
	select jsonb_build_object('code', t.code, 'number', t.number, 'language', t.language, 'channel', t.channel, 'anonymous', t.anonymous,
		'filed_us', (extract(epoch from t.filed_at) * 1000000)::bigint)
$$;

-- --- what is written beside events ---------------------------------------------------------------------------------------------

create table word (
	of      text not null,
	key     text not null,
	ticket  uuid not null,
	version int not null default 1,
	salt    uuid not null,
	said    text not null,
	event   uuid,
	constraint word_pk primary key (of, key)
);
create index word_untold on word (ticket) where event is null;
comment on table word is 'Commitments to the texts of people, of table `of` and the columns of its key; an event tells each: [of, key, version, said].';
comment on column word.salt is 'so that nobody who has the commitment can try out what the text was; it goes with the text';
comment on column word.said is 'event_commitment() of the JSON array of the texts';
comment on column word.event is 'the one that tells it; NULL only inside the transaction that wrote the text';

-- Arguments: the table, the columns of the key, the columns of text.
create function word_say() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_row jsonb := to_jsonb(new);
	v_salt uuid := gen_random_uuid();
	v_key text := (select string_agg(v_row->>c, '/' order by i) from unnest(tg_argv[1]::text[]) with ordinality x (c, i));
	v_said text := event_commitment(v_salt, (select jsonb_agg(v_row->>c order by i)::text from unnest(tg_argv[2]::text[]) with ordinality x (c, i)));
begin
	insert into word (of, key, ticket, salt, said) values (tg_argv[0], v_key, new.ticket, v_salt, v_said)
		on conflict on constraint word_pk do update set version = word.version + 1, salt = v_salt, said = v_said, event = null;
	return null;
end $$;
create trigger word_say after insert or update of text on message for each row execute function word_say('message', '{id}', '{text}');
create trigger word_say after insert or update of text on note for each row execute function word_say('note', '{id}', '{text}');
create trigger word_say after insert or update of text on question for each row execute function word_say('question', '{id}', '{text}');
create trigger word_say after insert or update of text on reply for each row execute function word_say('reply', '{id}', '{text}');
create trigger word_say after insert or update of comment on rating for each row
	execute function word_say('rating', '{ticket,answer}', '{score,comment}');
create trigger word_say after insert or update of task, text on part for each row execute function word_say('part', '{id}', '{task,text}');
create trigger word_say after insert or update of title, question, answer on publication for each row
	execute function word_say('publication', '{ticket}', '{title,question,answer}');

-- --- events carry it --------------------------------------------------------------------------------------------------------------

create function event_carries() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_words jsonb;
	t ticket;
begin
	select * into t from ticket where id = new.ticket;
	if not found then
		return new;
	end if;
	with told as (update word set event = new.id where ticket = new.ticket and event is null returning of, key, version, said)
	select jsonb_agg(jsonb_build_array(of, key, version, said) order by of, key) into v_words from told;
	new.data := coalesce(new.data, '{}') || jsonb_build_object('ticket', ticket_stands(t))
		|| case when v_words is null then '{}' else jsonb_build_object('words', v_words) end
		|| case new.type when 'ticket.recorded' then jsonb_build_object('filed', ticket_filed_as(t)) else '{}' end;
	new.hash := event_hash(new.id, new.at, new.ticket, new.type, new.actor_kind, new.actor, new.department, new.from_state, new.to_state,
		new.public_vi, new.public_en, new.data);
	return new;
end $$;
-- Not of what comes in thousands and changes no ticket; ticket_file() says the same by itself.
create trigger event_carries before insert on event for each row
	when (new.ticket is not null and new.type not in ('ticket.filed', 'ticket.redated') and new.type not like 'clock.%')
	execute function event_carries();

-- As in 0050; what an event says for the record alone is told nobody: when somebody has written would tell who has rated.
create or replace function event_told(p_event uuid, p_data jsonb) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_data jsonb := p_data - '{apart,ticket,words,filed}'::text[];
begin
	if p_data ? 'apart' then
		return v_data || coalesce((select jsonb_object_agg(name, text) from event_text where event = p_event), '{}');
	end if;
	return case when p_data ? 'ticket' then nullif(v_data, '{}') else p_data end;
end $$;

-- A text that no event of its transaction has told gets one of its own.
create function word_tell() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform event_write(gen_random_uuid(), now(), t.id, 'ticket.words', 'job', null, t.holder, null, null, null, null, null)
		from word w join ticket t on t.id = w.ticket where w.of = new.of and w.key = new.key and w.event is null;
	return null;
end $$;
create constraint trigger word_tell after insert or update of said on word deferrable initially deferred
	for each row execute function word_tell();

-- As in 0077; the event says everything that the ticket begins with.
create or replace function ticket_file(p_ids uuid[], p_numbers bigint[], p_codes text[], p_kinds text[], p_categories text[], p_areas text[],
	p_titles text[], p_texts text[], p_folded text[], p_location_texts text[], p_lons float8[], p_lats float8[],
	p_languages text[], p_channels text[], p_anonymous boolean[], p_visibilities text[], p_sights text[], p_levels text[],
	p_departments bigint[], p_policies bigint[], p_routes text[], p_filed_at timestamptz[], p_contact_epochs bigint[],
	p_contact_wrapped bytea[], p_contact_boxes bytea[], p_contact_commitments bytea[], p_phone_index bytea[], p_email_index bytea[],
	p_once_keys bytea[], p_once_fingerprints bytea[], p_events uuid[], p_clock_ords bigint[], p_clock_kinds text[],
	p_clock_starts timestamptz[], p_clock_waits boolean[], p_clock_dues timestamptz[], p_clock_alarms timestamptz[],
	p_clock_units text[], p_clock_amounts bigint[], p_clock_calendars text[], p_clock_versions bigint[], p_contents text[])
returns table (ord bigint, outcome text, number bigint, generation bigint, body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_mine boolean[] := once_take(p_once_keys, p_once_fingerprints, p_ids, p_filed_at);
	v_filed bigint;
begin
	perform slots_hold();
	-- Planning costs ten times what filing one ticket does; a large batch is worth a plan of its own.
	perform set_config('plan_cache_mode', case when cardinality(p_ids) <= 8 then 'force_generic_plan' else 'auto' end, true);
	return query
	with filing as materialized (
		select i.*, d.code as d_code, d.name_vi as d_vi, d.name_en as d_en, d.hub as d_hub, k.emergency_numbers,
			p.profile, p.citation_vi, p.citation_en, (select array[w.days, w.answers] from promise w where w.department = i.holder
				and w.kind = i.kind and w.category in (i.category, '') order by w.category desc limit 1) as promised
		from unnest(p_ids, p_numbers, p_codes, p_kinds, p_categories, p_areas, p_titles, p_texts, p_folded, p_location_texts,
				p_lons, p_lats, p_languages, p_channels, p_anonymous, p_visibilities, p_sights, p_levels, p_departments,
				p_policies, p_routes::jsonb[], p_filed_at, p_contact_epochs, p_contact_wrapped,
				p_contact_boxes, p_contact_commitments, p_phone_index, p_email_index, p_events, p_contents, v_mine)
			with ordinality i (id, number, code, kind, category, area, title, text, folded, location_text,
				lon, lat, language, channel, anonymous, visibility, sight, level, holder,
				policy, route, filed_at, epoch, wrapped,
				box, commitment, phone_index, email_index, event, content, mine, ord)
			join kind k on k.code = i.kind join category c on c.code = i.category join department d on d.id = i.holder
			left join area a on a.code = i.area left join policy p on p.id = i.policy
		where i.mine and (i.area is null or a.code is not null) and (i.policy is null or p.id is not null)),
	offered as materialized (
		select f.ord, f.id, f.holder, f.policy, o.kind, o.start_at, o.waits, o.due_at, coalesce(o.alarm_at, 'infinity') as alarm_at,
			o.unit, o.amount, o.calendar, o.version,
			row_number() over (partition by f.ord order by o.due_at, o.kind) = 1 as first,
			case when k.told then deadline_told(o.kind, o.due_at, o.waits, f.profile, f.citation_vi, f.citation_en) end as told,
			k.position
		from unnest(p_clock_ords, p_clock_kinds, p_clock_starts, p_clock_waits, p_clock_dues, p_clock_alarms, p_clock_units,
				p_clock_amounts, p_clock_calendars, p_clock_versions)
				o (ord, kind, start_at, waits, due_at, alarm_at, unit, amount, calendar, version)
			join filing f on f.ord = o.ord
			join action_clock x on x.action = 'file' and x.clock = o.kind and x.effect = 'start' and holder_fits(x.holder, f.d_hub)
			join clock_kind k on k.code = o.kind),
	told as (
		select ord, string_agg(told, ',' order by position) as deadlines from offered group by ord),
	ticket_row as (
		insert into ticket (id, number, code, anonymous, filed_at, updated_at, holder, policy, lon, lat, kind, category,
			area, level, visibility, sight, language, channel, title, text, folded, location_text, route, promise_days, promise_of)
		select id, number, code, anonymous, filed_at, filed_at, holder, policy, lon, lat, kind, category, area, level, visibility, sight,
			language, channel, title, text, folded, location_text, route, promised[1], promised[2]
		from filing),
	holding_row as (
		insert into holding (ticket, department, since) select id, holder, filed_at from filing),
	clock_row as (
		insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at,
			latest_due, first, alarm_at)
		select s.slot, o.id, o.kind, 1, o.holder, o.policy, o.unit, o.amount, o.calendar, o.version, o.start_at, o.waits, o.due_at,
			o.due_at, o.first, o.alarm_at
		from offered o, clock_slot s where s.role <> 'empty'
		union all
		select s.slot, f.id, 'none', 1, f.holder, null, null, null, null, null, null, false, 'infinity', 'infinity', true, 'infinity'
		from filing f left join told w on w.ord = f.ord, clock_slot s where s.role <> 'empty' and w.ord is null),
	contact_row as (
		insert into contact (ticket, epoch, wrapped, box, commitment, phone_index, email_index)
		select id, epoch, wrapped, box, commitment, phone_index, email_index from filing where box is not null),
	event_row as (
		insert into event (id, at, ticket, type, actor_kind, department, to_state, public_vi, public_en, data, hash)
		select f.event, f.filed_at, f.id, x.event, 'anyone', f.holder, 'submitted', x.public_vi, x.public_en, x.data,
			event_hash(f.event, f.filed_at, f.id, x.event, 'anyone', null, f.holder, null, 'submitted', x.public_vi, x.public_en,
				x.data)
		from filing f, lateral (
			select event, public_vi, public_en, jsonb_build_object('kind', f.kind, 'category', f.category, 'area', f.area,
				'level', f.level, 'visibility', f.visibility, 'policy', f.policy, 'route', f.route - 'rules',
				'contact', encode(f.commitment, 'hex'), 'content', f.content, 'code', f.code, 'number', f.number,
				'sight', f.sight, 'language', f.language, 'channel', f.channel, 'anonymous', f.anonymous) as data
			from action where code = 'file') x)
	select f.ord, 'filed', f.number, 1::bigint, filed_body(f.code, f.kind, f.emergency_numbers, named(f.d_code, f.d_vi, f.d_en),
		f.route, w.deadlines, promise_told(f.promised[1], f.promised[2]), f.filed_at)
	from filing f left join told w on w.ord = f.ord;

	get diagnostics v_filed = row_count;
	if v_filed <> cardinality(array_positions(v_mine, true)) then
		perform filing_refuse(p_kinds, p_categories, p_areas, p_departments, p_policies);
	end if;
	if v_filed < cardinality(v_mine) then
		return query
		select i.ord, case when t.id is not null then 'replayed' else 'key_reused' end, t.number, t.generation, filed_body_of(t.id)
		from unnest(p_once_keys, p_once_fingerprints, v_mine) with ordinality i (key, fingerprint, mine, ord)
			join once o on o.key = i.key left join ticket t on t.id = o.ticket and o.fingerprint = i.fingerprint
		where not i.mine;
	end if;
end $$;

-- --- tickets of before -----------------------------------------------------------------------------------------------------------

create table record_walk (
	one    boolean not null default true,
	ticket uuid,
	constraint record_walk_pk primary key (one),
	constraint record_walk_one_row check (one)
);
comment on table record_walk is 'Tickets of before 0079 get an event that says how they stand; `ticket`: the last one that has, NULL: all have.';
insert into record_walk (ticket) select '00000000-0000-0000-0000-000000000000' where exists (select from ticket);
insert into record_walk (ticket) select null where not exists (select from record_walk);

-- Returns how many tickets it went on by.
create function record_walk_on(p_now timestamptz, p_limit bigint) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_after uuid;
	v_ids uuid[];
begin
	select ticket into v_after from record_walk where one and ticket is not null for update skip locked;
	if not found then
		return 0;
	end if;
	v_ids := array(select id from ticket where id > v_after order by id limit p_limit);
	insert into word (of, key, ticket, salt, said)
	select w.of, w.key, w.ticket, s.salt, event_commitment(s.salt, w.texts) from words_of(v_ids) w
		cross join lateral (select gen_random_uuid() as salt where w.key is not null) s
	on conflict do nothing;
	perform event_write(gen_random_uuid(), p_now, t.id, 'ticket.recorded', 'job', null, t.holder, null, null, null, null, null)
		from ticket t where t.id = any (v_ids);
	update record_walk set ticket = case when cardinality(v_ids) < p_limit then null else v_ids[cardinality(v_ids)] end where one;
	return cardinality(v_ids);
end $$;
create function words_of(p_tickets uuid[]) returns table (of text, key text, ticket uuid, texts text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select 'message', m.id::text, m.ticket, jsonb_build_array(m.text)::text from message m where m.ticket = any (p_tickets)
	union all select 'note', m.id::text, m.ticket, jsonb_build_array(m.text)::text from note m where m.ticket = any (p_tickets)
	union all select 'question', m.id::text, m.ticket, jsonb_build_array(m.text)::text from question m where m.ticket = any (p_tickets)
	union all select 'reply', m.id::text, m.ticket, jsonb_build_array(m.text)::text from reply m where m.ticket = any (p_tickets)
	union all select 'rating', m.ticket || '/' || m.answer, m.ticket, jsonb_build_array(m.score, m.comment)::text from rating m
		where m.ticket = any (p_tickets)
	union all select 'part', m.id::text, m.ticket, jsonb_build_array(m.task, m.text)::text from part m where m.ticket = any (p_tickets)
	union all select 'publication', m.ticket::text, m.ticket, jsonb_build_array(m.title, m.question, m.answer)::text from publication m
		where m.ticket = any (p_tickets);
end $$;

-- --- the last root, kept outside the database as well ------------------------------------------------------------------------------

-- The last root, with the chain value of the one that was known as the last (NULL: there is none of this number); no row: there is no root.
create function record_last(p_known bigint) returns table (number bigint, at_ms bigint, events bigint, root bytea, previous bytea, chain bytea,
	kid text, signature bytea, known bytea) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select r.number, (extract(epoch from r.at) * 1000)::bigint, r.events::bigint, r.root, r.previous, r.chain, r.kid, r.signature,
		(select k.chain from record_root k where k.number = p_known)
	from record_root r order by r.number desc limit 1;
end $$;

-- Somebody has accepted deliberately that the last root is not the one that was known: the record tells it from here on.
create function record_resume(p_known bigint, p_chain text) returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	r record_root;
begin
	select * into r from record_root order by number desc limit 1;
	perform event_write(gen_random_uuid(), now(), null, 'record.resumed', 'job', null, null, null, null, null, null, jsonb_build_object(
		'known', jsonb_build_object('number', p_known, 'chain', p_chain),
		'last', jsonb_build_object('number', coalesce(r.number, 0), 'chain', encode(r.chain, 'hex'))));
	return coalesce(r.number, 0);
end $$;

-- --- roots for everybody ---------------------------------------------------------------------------------------------------------

-- record_head() of 0077, with what makes the answer another one.
create function record_top(p_day date, out body text, out etag text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_number bigint := case when p_day is null then (select max(number) from record_root)
		else (select number from record_root where at < (p_day + 1)::timestamp at time zone template_zone() order by at desc, number desc limit 1) end;
begin
	body := json_build_object('head', record_root_item(v_number));
	etag := coalesce((select left(encode(chain, 'hex'), 32) from record_root where number = v_number), '0');
end $$;
-- The last root of each day of the city that is over and has one.
create function record_days(p_after text, p_from date, p_limit bigint) returns table (item text, chain bytea, number bigint, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_zone text := template_zone();
	v_today date := (now() at time zone v_zone)::date;
	v_day date := greatest(p_after::date + 1, p_from);
	r record_root;
begin
	for i in 0 .. p_limit loop
		select (at at time zone v_zone)::date into v_day from record_root
			where at >= coalesce(v_day, '1970-01-01')::timestamp at time zone v_zone order by at, number limit 1;
		exit when not found or v_day >= v_today;
		select * into r from record_root where at < (v_day + 1)::timestamp at time zone v_zone order by at desc, number desc limit 1;
		item := json_build_object('day', v_day, 'root', record_root_item(r.number));
		chain := r.chain;
		number := r.number;
		key := v_day;
		return next;
		v_day := v_day + 1;
	end loop;
end $$;

-- --- what a change brings with it --------------------------------------------------------------------------------------------------

-- Events are read by their instant and then by their id. What is written of a change here stands behind the change itself, whose id was
-- made by the server and is in the order of time; one made here is not, and stood before it once in a hundred and sixty.
-- As in 0072.
create or replace function cohandlers_ask(p_ticket uuid, p_at timestamptz, p_dates part_date[]) returns boolean language plpgsql
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
		perform event_write(gen_random_uuid(), p_at + interval '1 us', t.id, a.event, 'staff', caller_account(), c.department, null, null, a.public_vi, a.public_en,
			v_rules || jsonb_build_object('part', v_part, 'due', instant(v_due)));
		v_asked := true;
	end loop;
	if v_left <> '[]' then
		perform event_write(gen_random_uuid(), p_at + interval '1 us', t.id, 'part.left_out', 'staff', caller_account(), t.holder, null, null, null, null,
			v_rules || jsonb_build_object('departments', v_left));
	end if;
	return v_asked;
end $$;

-- As in 0053.
create or replace function reply_propose(t ticket, p_version int, p_text text, p_at timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into reply (ticket, version, at, author, department, state, text)
		values (t.id, p_version, p_at, caller_account(), caller_department(), 'proposed', p_text);
	if not exists (select from reply_signers(t)) then
		perform event_write(gen_random_uuid(), p_at + interval '1 us', t.id, 'reply.unsigned', 'staff', caller_account(), t.holder, null, null, null, null,
			jsonb_build_object('version', p_version));
	end if;
end $$;

-- --- who reads it ------------------------------------------------------------------------------------------------------------------

revoke all on word, record_walk from public;
revoke execute on function ticket_stands, ticket_filed_as, word_say, event_carries, word_tell, record_walk_on, words_of, record_last, record_resume, record_top,
	record_days from public;
grant execute on function record_walk_on, record_last, record_top, record_days to tiepdan_app;
