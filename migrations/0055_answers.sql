-- What a later answer leaves behind: the version for the public that was made from an older one, the explanation of an earlier round, the
-- time that was worked. And evidence that is still looked at.
set local search_path = tiepdan, public;

-- In the order in which moves and the page of the citizen take them: else one would wait for the other in a circle, each time anew.
lock table ticket in share row exclusive mode;
lock table publication_move in access exclusive mode;

-- --- the public version of an older answer --------------------------------------------------------------------------------

comment on column publication.answered_at is 'of the answer that the version was made from: publication_superseded()';
-- Whether the citizen has got another answer since, to a second look or an appeal.
create function publication_superseded(p publication) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select p.answered_at < answered_at from ticket where id = p.ticket), false);
end $$;

-- One who answers anew does not leave the old answer for everybody to read while the new one waits: a page that is proposed again is
-- not read by others until that is decided.
alter table publication_move add column superseded boolean not null default false;
comment on column publication_move.superseded is 'only when another answer has superseded the one that is shown';
insert into publication_move (action, from_state, to_state, superseded) values
	('propose', 'public', 'proposed', true), ('propose', 'link_only', 'proposed', true);
create function publication_leads(p_ticket uuid, p_action text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from publication_move m where m.action = p_action and m.from_state = publication_state_of(p_ticket)
		and (not m.superseded or (select publication_superseded(p) from publication p where p.ticket = p_ticket)));
end $$;

-- As in 0033; TD457 it was made from an older answer.
create or replace function publication_unready(t ticket, p_action text, p_at timestamptz) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return case
		when p_action not in ('publish', 'share') then null
		when (select publication_superseded(p) from publication p where p.ticket = t.id) then 'TD457'
		when exists (select from publication_finding where ticket = t.id and confirmed_by is null) then 'TD493'
		when exists (select from publication p where p.ticket = t.id and p.state = 'proposed' and p_at < publication_preview_until(p)) then 'TD494' end;
end $$;
create or replace function publication_moves(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(a.code order by a.position), '[]')
		from publication_action a
		where publication_leads(t.id, a.code) and publication_may(t, a.code) and caller_barred(t.id) is null and (a.code not in ('propose', 'publish', 'share')
			or (publishable(t) and publication_open(t) and not exists (select from publication where ticket = t.id and objected_at is not null)
				and publication_unready(t, a.code, now()) is null)));
end $$;
create or replace function publication_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not publication_may(t, p_action) then
		raise exception 'none of the caller''s roles may % this', p_action using errcode = 'TD403';
	end if;
	perform caller_impartial(t.id);
	if p_action in ('propose', 'publish', 'share') and not (publishable(t) and publication_open(t)) then
		raise exception 'such a ticket is not published' using errcode = 'TD490';
	elsif not publication_leads(t.id, p_action) then
		raise exception 'the publication is %', publication_state_of(t.id) using errcode = 'TD491';
	elsif p_action in ('propose', 'publish', 'share') and exists (select from publication where ticket = t.id and objected_at is not null) then
		raise exception 'the citizen objected' using errcode = 'TD492';
	end if;
end $$;

-- As in 0033; the key of a version that is not listed opens no other one.
create or replace function publication_propose(p_ticket uuid, p_version bigint, p_title text, p_question text, p_answer text, p_folded_title text,
	p_folded text, p_masked jsonb, p_fields text[], p_kinds text[], p_offsets bigint[], p_lengths bigint[], p_pieces text[],
	p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	v_from text := publication_state_of(p_ticket);
begin
	perform publication_check(t, 'propose');
	insert into publication (ticket, number, code, state, category, area, department, outcome, filed_at, answered_at, lon, lat, title,
		question, answer, folded_title, folded, masked, proposed_by, proposed_at)
	select t.id, t.number, t.code, 'proposed', t.category, t.area, t.holder, case t.state when 'refused' then 'refused' else 'answered' end,
		t.filed_at, coalesce(t.answered_at, t.updated_at),
		point_public(c.public_point, t.lon),
		point_public(c.public_point, t.lat),
		p_title, p_question, p_answer, p_folded_title, p_folded, p_masked, caller_account(), p_at
	from category c where c.code = t.category
	on conflict (ticket) do update set (state, department, outcome, answered_at, lon, lat, title, question, answer, folded_title, folded,
		masked, key, proposed_by, proposed_at, decided_by, decided_at, reason) = (excluded.state, excluded.department, excluded.outcome,
		excluded.answered_at, excluded.lon, excluded.lat, excluded.title, excluded.question, excluded.answer, excluded.folded_title,
		excluded.folded, excluded.masked, null, excluded.proposed_by, excluded.proposed_at, null, null, null);
	delete from publication_finding where ticket = t.id;
	insert into publication_finding (ticket, field, kind, at, length, text)
		select t.id, f.* from unnest(p_fields, p_kinds, p_offsets, p_lengths, p_pieces) f;
	t := publication_told_as(t, 'propose', 'staff', p_at, p_event, jsonb_build_object('from', v_from, 'to', 'proposed',
		'findings', cardinality(p_fields)));
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;

-- As in 0033, and whether there is a later answer: for staff, for the citizen, for everybody.
create or replace function publication_body(t ticket, out body text, out etag text) language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	p publication;
begin
	select * into p from publication where ticket = t.id;
	body := (
		select json_build_object('ticket', t.id, 'code', t.code, 'state', s.code, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'version', publication_text(p), 'superseded', publication_superseded(p), 'masked', p.masked, 'key', p.key, 'reason', p.reason,
			'findings', (select coalesce(json_agg(json_build_object('id', f.id, 'field', f.field, 'kind', f.kind, 'offset', f.at,
					'length', f.length, 'text', f.text, 'confirmed_at', instant(f.confirmed_at), 'confirmed_by', person_named(f.confirmed_by))
					order by f.field, f.at), '[]') from publication_finding f where f.ticket = t.id),
			'proposed_at', instant(p.proposed_at), 'proposed_by', person_named(p.proposed_by),
			'preview_until', case when p.state = 'proposed' then instant(publication_preview_until(p)) end,
			'decided_at', instant(p.decided_at), 'decided_by', person_named(p.decided_by), 'objected_at', instant(p.objected_at),
			'moves', publication_moves(t))::text
		from publication_state s where s.code = coalesce(p.state, 'private'));
	etag := t.version::text;
end $$;
create or replace function publication_told(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	p publication;
begin
	select * into p from publication where ticket = p_ticket;
	return (
		select json_build_object('state', s.code, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'version', case when s.code in ('proposed', 'public', 'link_only') then publication_text(p) end,
			'superseded', publication_superseded(p),
			'preview_until', case when s.code = 'proposed' then instant(publication_preview_until(p)) end,
			'may_object', exists (select from publication_move where action = 'object' and from_state = s.code))
		from publication_state s where s.code = coalesce(p.state, 'private'));
end $$;
create or replace function published_item(p publication) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select jsonb_build_object('code', p.code, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'department', named(d.code, d.name_vi, d.name_en), 'outcome', p.outcome,
			'petition', petition_told(p.ticket), 'title', p.title, 'filed_at', instant(p.filed_at), 'answered_at', instant(p.answered_at),
			'superseded', publication_superseded(p))
		from category c join department d on d.id = p.department left join area a on a.code = p.area where c.code = p.category);
end $$;

-- --- earlier rounds of a clock ---------------------------------------------------------------------------------------------

-- As in 0026, of this round (NULL: the last).
create function clock_explained(p_ticket uuid, p_kind text, p_round bigint, p_told_only boolean)
returns setof clock_explanation
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select c.ticket, c.kind, k.name_vi, k.name_en, c.unit, c.amount::bigint, c.extension::bigint, p.receipt, c.calendar,
		c.version::bigint, floor(extract(epoch from c.start_at))::bigint, floor(extract(epoch from c.due_at))::bigint,
		floor(extract(epoch from c.stop_at))::bigint, c.waits, k.pauses, c.outcome, p.profile, p.citation_vi, p.citation_en,
		p.department, e.public_vi, e.public_en
	from clock_all c join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
		left join lateral (select public_vi, public_en from event where ticket = c.ticket
			and at >= c.start_at and at < c.start_at + interval '1 s' and public_vi is not null order by id limit 1) e on true
	where c.ticket = p_ticket and c.kind = p_kind and (k.told or not p_told_only) and (p_round is null or c.round = p_round)
	order by c.round desc limit 1;
end $$;
create function clock_explained_staff(p_ticket uuid, p_kind text, p_round bigint)
returns setof clock_explanation
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	perform ticket_visible(p_ticket);
	return query select * from clock_explained(p_ticket, p_kind, p_round, false);
end $$;
create function clock_explained_tracked(p_number bigint, p_generation bigint, p_kind text, p_round bigint)
returns setof clock_explanation
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from clock_explained((ticket_tracked(p_number, p_generation, false)).id, p_kind, p_round, true);
end $$;
create or replace function clock_explained(p_ticket uuid, p_kind text, p_told_only boolean)
returns setof clock_explanation
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query select * from clock_explained(p_ticket, p_kind, null, p_told_only);
end $$;
comment on function clock_explained(uuid, text, boolean) is 'for servers of before, as long as there are some';

-- --- time that was worked --------------------------------------------------------------------------------------------------

-- When nobody's time was counted, in seconds since 1970: while the citizen was asked, and from an answer, a refusal or another end
-- until the ticket was open again (until_s is NULL: it is not). What overlaps is one.
create function rests_of(t ticket) returns table (from_s bigint, until_s bigint) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return query
	select lower(x.rest), upper(x.rest) from (
		select unnest(range_agg(int8range(r.from_s, r.until_s))) as rest from (
			select p.from_s, p.until_s from pauses_of(t.id) p
			union all
			select floor(extract(epoch from x.at))::bigint, floor(extract(epoch from x.next_at))::bigint from (
				select s.open, e.at, lead(e.at) over (order by e.at, e.id) as next_at
				from event e join state f on f.code = e.from_state join state s on s.code = e.to_state
				where e.ticket = t.id and f.open <> s.open and e.at > t.filed_at - interval '1 day' and e.at < now() + interval '1 day') x
			where not x.open) r) x;
end $$;
create function rests_staff(p_ticket uuid) returns table (from_s bigint, until_s bigint) language plpgsql stable
security definer set search_path = tiepdan, pg_temp as $$
begin
	perform ticket_visible(p_ticket);
	return query select r.* from ticket t, rests_of(t) r where t.id = p_ticket;
end $$;

-- --- evidence that is still looked at ----------------------------------------------------------------------------------------

-- As in 0037; DETAIL has the members of the refusal: what is missing, and whether a file for this answer is being checked.
create or replace function evidence_check(t ticket, a action) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_missing text := case when a.evidence then evidence_missing(t) end;
begin
	if v_missing is not null then
		raise exception '% needs evidence: a %', a.code, v_missing using errcode = 'TD445', detail = json_build_object('evidence', v_missing,
			'evidence_checking', exists (select from attachment where ticket = t.id and purpose = 'evidence' and state = 'checking'
				and linked_at >= coalesce((select max(asked_at) from review where ticket = t.id), '-infinity')))::text;
	end if;
end $$;

revoke execute on function publication_superseded, publication_leads, clock_explained(uuid, text, bigint, boolean),
	clock_explained_staff(uuid, text, bigint), clock_explained_tracked(bigint, bigint, text, bigint), rests_of, rests_staff from public;
grant execute on function clock_explained_staff(uuid, text, bigint), clock_explained_tracked(bigint, bigint, text, bigint), rests_staff
	to tiepdan_app;
