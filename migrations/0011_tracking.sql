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

create function may_write(t ticket) returns boolean language sql immutable as $$
	select not t.done or t.state = 'answered'
$$;
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
create function steps_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(at), 'type', type, 'what_vi', public_vi, 'what_en', public_en,
			'department', department_named(department)) order by at, id), '[]')
		from event where ticket = p_ticket and public_vi is not null);
end $$;
create function replies_published(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(decided_at), 'text', text, 'department', department_named(department))
			order by version), '[]')
		from reply where ticket = p_ticket and state = 'published');
end $$;

-- Everything but who in the departments did it.
create function tracking_show(p_number bigint, p_generation bigint, p_now timestamptz, out body text, out etag text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	select json_build_object('code', t.code, 'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en),
		'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'text', t.text, 'location_text', t.location_text,
		'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en, 'holder', department_named(t.holder),
		'deadlines', clocks_of(t.id, p_now), 'steps', steps_of(t.id), 'replies', replies_published(t.id),
		'messages', messages_of(t.id), 'may_rate', may_rate(t), 'may_write', may_write(t), 'rating', rating_of(t.id),
		'filed_at', instant(t.filed_at), 'updated_at', instant(t.updated_at))::text, t.version::text into body, etag
	from state s join category c on c.code = t.category left join area a on a.code = t.area where s.code = t.state;
end $$;

create function tracking_message(p_number bigint, p_generation bigint, p_id uuid, p_text text, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
begin
	if not may_write(t) then
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
