-- The citizen's side: whoever shows number and generation has proved the secret to the server (auth/ticket_secret.h).
set local search_path = tiepdan, public;

-- The ticket of this number and generation; TD404 alike for an unknown number and an older secret.
create function ticket_tracked(p_number bigint, p_generation bigint, p_lock boolean)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	if p_lock then
		select * into t from ticket where number = p_number and generation = p_generation for no key update;
	else
		select * into t from ticket where number = p_number and generation = p_generation;
	end if;
	if not found then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return t;
end $$;

-- How many characters the citizen may still write: a ticket is shown with all its messages, so there is an end to them.
create function messages_room(p_ticket uuid) returns bigint language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select case when count(*) < (select value from setting where name = 'messages_most')
			then (select value from setting where name = 'messages_length') - coalesce(sum(char_length(text)), 0) else 0 end
		from message where ticket = p_ticket and author is null);
end $$;
create function may_write(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (not t.done or t.state = 'answered') and messages_room(t.id) > 1;
end $$;
create function may_rate(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select t.state in ('answered', 'closed') and not exists (select from rating where ticket = t.id));
end $$;

create function messages_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(at),
			'from', case when author is null then 'citizen' else 'department' end, 'text', text) order by at, id), '[]')
		from message where ticket = p_ticket);
end $$;
create function rating_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('score', score, 'reasons', to_json(reasons), 'comment', comment, 'at', instant(at))
		from rating where ticket = p_ticket);
end $$;
-- Events since the filing, a day left for clocks of servers that differ: that names the partitions to look into.
create function steps_of(p_ticket uuid, p_filed_at timestamptz, p_now timestamptz)
returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(e.at), 'type', e.type, 'what_vi', e.public_vi, 'what_en', e.public_en,
			'department', named(d.code, d.name_vi, d.name_en)) order by e.at, e.id), '[]')
		from event e left join department d on d.id = e.department
		where e.ticket = p_ticket and e.public_vi is not null
			and e.at > p_filed_at - interval '1 day' and e.at < p_now + interval '1 day');
end $$;
create function replies_published(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(decided_at), 'text', text, 'department', department_named(department))
			order by version), '[]')
		from reply where ticket = p_ticket and state = 'published');
end $$;

-- Everything but who in the departments did it.
create function tracking_body(t ticket, p_now timestamptz, p_soon timestamptz) returns text
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('code', t.code, 'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'text', t.text, 'location_text', t.location_text,
			'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en, 'holder', named(d.code, d.name_vi, d.name_en),
			'deadlines', clocks_of(t.id, p_now, p_soon), 'steps', steps_of(t.id, t.filed_at, p_now),
			'replies', replies_published(t.id), 'messages', messages_of(t.id), 'may_rate', may_rate(t),
			'may_write', may_write(t), 'rating', rating_of(t.id), 'filed_at', instant(t.filed_at),
			'updated_at', instant(t.updated_at))::text
		from state s join category c on c.code = t.category join department d on d.id = t.holder
			left join area a on a.code = t.area
		where s.code = t.state);
end $$;

-- Shows tickets to their citizens: parallel arrays, one element a ticket; one that is not there has no row. Who says which
-- version is known (`known`) gets a body only when there is another one. `fresh_until`: until then the same version has the
-- same body; a standing changes with time alone, the name of a department at most a minute late.
create function tracking_show(p_numbers bigint[], p_generations bigint[], p_known bigint[], p_now timestamptz)
returns table (ord bigint, version bigint, body text, fresh_until timestamptz)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_soon timestamptz := soon_after(p_now);
	v_later timestamptz := p_now + interval '1 minute';
	v_soon_later timestamptz := soon_after(v_later);
begin
	return query
	select i.ord, t.version, case when t.version is distinct from i.known then tracking_body(t, p_now, v_soon) end,
		case when t.version is not distinct from i.known then null
			when exists (select from clock c where c.ticket = t.id and c.outcome is null
				and (c.due_at between p_now and v_later or c.due_at between v_soon and v_soon_later)) then p_now
			else v_later end
	from unnest(p_numbers, p_generations, p_known) with ordinality i (number, generation, known, ord)
		join ticket t on t.number = i.number and t.generation = i.generation;
end $$;

create function tracking_message(p_number bigint, p_generation bigint, p_id uuid, p_text text, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
begin
	if char_length(p_text) > messages_room(t.id) then
		raise exception 'the ticket has all the messages it may have' using errcode = 'TD420';
	elsif not may_write(t) then
		raise exception 'the ticket is %', t.state using errcode = 'TD409', detail = '[]';
	end if;
	insert into message (id, ticket, at, text) values (p_id, t.id, p_at, p_text);
	update ticket set version = version + 1, updated_at = p_at where id = t.id;
	perform event_write(p_event, p_at, t.id, 'ticket.message', 'ticket', null, t.holder, null, null,
		'Người gửi phiếu đã viết thêm', 'The citizen wrote a message', jsonb_build_object('message', p_id));
end $$;

create function tracking_rate(p_number bigint, p_generation bigint, p_score text, p_reasons text[], p_comment text,
	p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
begin
	if t.state not in ('answered', 'closed') then
		raise exception 'the ticket is %', t.state using errcode = 'TD409', detail = '[]';
	end if;
	insert into rating (ticket, at, score, reasons, comment) values (t.id, p_at, p_score, coalesce(p_reasons, '{}'), p_comment);
	update ticket set version = version + 1, updated_at = p_at where id = t.id;
	perform event_write(p_event, p_at, t.id, 'ticket.rated', 'ticket', null, t.holder, null, null,
		'Người gửi phiếu đã đánh giá', 'The citizen rated the answer', null);
end $$;

-- Idempotency-Key of everything but filing: claimed first in the unit of the effect, finished last. A key that is known
-- raises TD200 with the stored answer ("status body") in DETAIL, or TD422 when it came with another request.
create function once_claim(p_key bytea, p_fingerprint bytea) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	o once;
begin
	insert into once (key, fingerprint, at) values (p_key, p_fingerprint, now()) on conflict (key) do nothing;
	if found then
		return;
	end if;
	select * into o from once where key = p_key;
	if o.fingerprint = p_fingerprint and o.status is not null then
		raise exception 'answered before' using errcode = 'TD200', detail = o.status || ' ' || o.body;
	end if;
	raise exception 'the key came with another request' using errcode = 'TD422';
end $$;
create function once_finish(p_key bytea, p_status bigint, p_body text) returns void language sql security definer
set search_path = tiepdan, pg_temp as $$
	update once set status = p_status, body = p_body where key = p_key and status is null and ticket is null
$$;
