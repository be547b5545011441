-- The name that the citizen gave, where only the proposer of a public version has written it: whoever may not read contacts is not told of it,
-- so it was not looked for, and nobody looked again before it was published. It is always looked for now; what is found by it alone is kept
-- for those who may read contacts, and publishing waits for it as for all that was found.
set local search_path = tiepdan, public;

alter table publication_finding add column withheld boolean not null default false;
comment on column publication_finding.withheld is 'found by the sealed name of the citizen alone: shown to those who may read contacts (names_seen())';
alter table publication add column masked_whole jsonb;
comment on column publication.masked_whole is 'as masked, without what is withheld either; NULL: nothing is';
alter table publication add column looked boolean not null default false, add column needs_reader boolean not null default false;
comment on column publication.looked is 'the name of the citizen was looked for in the version as it is; servers of before did not';
comment on column publication.needs_reader is 'written by somebody who may not read contacts, while there is a name that they do not know, or was one: only
	who may publishes it, or proposes it anew. Whether there was something would tell of a guess.';

-- What a public version begins with (the words of the ticket and of its answer), what the citizen has written besides, of which the last
-- 100,000 characters, and the sealed contact. reads_contact: the caller may read it; erased: there was one.
create function publication_source(p_ticket uuid, p_version bigint)
returns table (title text, question text, answer text, messages text, epoch bigint, wrapped bytea, box bytea, reads_contact boolean, erased boolean)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select d.title, d.question, d.answer,
		(select right(string_agg(m.text, E'\n' order by m.at, m.id), 100000) from message m where m.ticket = p_ticket and m.author is null),
		c.epoch, c.wrapped, c.box, names_seen(), coalesce(c.erased_at is not null, false)
	from publication_draft(p_ticket, p_version) d left join contact c on c.ticket = p_ticket;
end $$;
comment on function publication_words is 'for servers of before, as long as there are some';

-- As in 0055, to each what they may be shown.
create or replace function publication_body(t ticket, out body text, out etag text) language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_named boolean := names_seen();
	p publication;
begin
	select * into p from publication where ticket = t.id;
	body := (
		select json_build_object('ticket', t.id, 'code', t.code, 'state', s.code, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'version', publication_text(p), 'superseded', publication_superseded(p),
			'masked', case when v_named then coalesce(p.masked_whole, p.masked) else p.masked end, 'key', p.key, 'reason', p.reason,
			'findings', (select coalesce(json_agg(json_build_object('id', f.id, 'field', f.field, 'kind', f.kind, 'offset', f.at,
					'length', f.length, 'text', f.text, 'withheld', f.withheld, 'confirmed_at', instant(f.confirmed_at),
					'confirmed_by', person_named(f.confirmed_by)) order by f.field, f.at, f.length), '[]')
				from publication_finding f where f.ticket = t.id and (v_named or not f.withheld)),
			'proposed_at', instant(p.proposed_at), 'proposed_by', person_named(p.proposed_by),
			'preview_until', case when p.state = 'proposed' then instant(publication_preview_until(p)) end,
			'decided_at', instant(p.decided_at), 'decided_by', person_named(p.decided_by), 'objected_at', instant(p.objected_at),
			'moves', publication_moves(t))::text
		from publication_state s where s.code = coalesce(p.state, 'private'));
	etag := t.version::text;
end $$;

-- As in 0075. What was found are parallel arrays; all but the first `p_shown` are withheld, and not told in the event. TD412 the contact by
-- which they were found was erased meanwhile.
create function publication_propose(p_ticket uuid, p_version bigint, p_title text, p_question text, p_answer text, p_folded_title text,
	p_folded text, p_masked jsonb, p_masked_whole jsonb, p_fields text[], p_kinds text[], p_offsets bigint[], p_lengths bigint[],
	p_pieces text[], p_shown bigint, p_needs_reader boolean, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	v_from text := publication_state_of(p_ticket);
begin
	perform publication_check(t, 'propose');
	if cardinality(p_fields) > p_shown and not exists (select from contact where ticket = t.id and erased_at is null) then
		raise exception 'the contact was erased' using errcode = 'TD412';
	end if;
	insert into publication (ticket, number, code, state, category, area, department, outcome, filed_at, answered_at, lon, lat, title,
		question, answer, folded_title, folded, masked, masked_whole, looked, needs_reader, proposed_by, proposed_at)
	select t.id, t.number, t.code, 'proposed', t.category, t.area, t.holder, case t.state when 'refused' then 'refused' else 'answered' end,
		t.filed_at, coalesce(t.answered_at, t.updated_at),
		point_public(c.public_point, t.lon),
		point_public(c.public_point, t.lat),
		p_title, p_question, p_answer, p_folded_title, p_folded, p_masked, p_masked_whole, true, p_needs_reader, caller_account(), p_at
	from category c where c.code = t.category
	on conflict (ticket) do update set (state, department, outcome, answered_at, lon, lat, title, question, answer, folded_title, folded,
		masked, masked_whole, looked, needs_reader, key, proposed_by, proposed_at, decided_by, decided_at, reason, superseded_at) = (excluded.state,
		excluded.department, excluded.outcome, excluded.answered_at, excluded.lon, excluded.lat, excluded.title, excluded.question,
		excluded.answer, excluded.folded_title, excluded.folded, excluded.masked, excluded.masked_whole, true, excluded.needs_reader, null, excluded.proposed_by,
		excluded.proposed_at, null, null, null, null);
	delete from publication_finding where ticket = t.id;
	insert into publication_finding (ticket, field, kind, at, length, text, withheld)
		select t.id, f.field, f.kind, f.at, f.length, f.piece, f.ord > p_shown
		from unnest(p_fields, p_kinds, p_offsets, p_lengths, p_pieces) with ordinality f (field, kind, at, length, piece, ord);
	t := publication_told_as(t, 'propose', 'staff', p_at, p_event, jsonb_build_object('from', v_from, 'to', 'proposed',
		'findings', p_shown));
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;
create or replace function publication_propose(p_ticket uuid, p_version bigint, p_title text, p_question text, p_answer text, p_folded_title text,
	p_folded text, p_masked jsonb, p_fields text[], p_kinds text[], p_offsets bigint[], p_lengths bigint[], p_pieces text[],
	p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	select x.body, x.etag into body, etag from publication_propose(p_ticket, p_version, p_title, p_question, p_answer, p_folded_title,
		p_folded, p_masked, null, p_fields, p_kinds, p_offsets, p_lengths, p_pieces, cardinality(p_fields), false, p_at, p_event) x;
	update publication set looked = false where ticket = p_ticket;
end $$;
comment on function publication_propose(uuid, bigint, text, text, text, text, text, jsonb, text[], text[], bigint[], bigint[], text[],
	timestamptz, uuid) is 'for servers of before, as long as there are some: they do not look for the name';

-- As in 0055; TD698 nobody has looked for the name of the citizen, TD699 the caller may not know what was found.
create or replace function publication_unready(t ticket, p_action text, p_at timestamptz) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	p publication;
begin
	if p_action not in ('publish', 'share') then
		return null;
	end if;
	select * into p from publication where ticket = t.id;
	return case
		when publication_superseded(p) then 'TD457'
		when p.state = 'proposed' and p.needs_reader and not names_seen() then 'TD699'
		when not p.looked then 'TD698'
		when exists (select from publication_finding where ticket = t.id and confirmed_by is null) then 'TD493'
		when p.state = 'proposed' and p_at < publication_preview_until(p) then 'TD494' end;
end $$;

-- As in 0067; what is withheld is confirmed by those who are shown it, and no event tells the others that there was something.
create or replace function publication_confirm(p_ticket uuid, p_finding uuid, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
	f publication_finding;
begin
	if not (publication_may(t, 'propose') or publication_may(t, 'publish')) then
		raise exception 'none of the caller''s roles may confirm this' using errcode = 'TD403';
	end if;
	perform caller_impartial(t.id);
	if publication_state_of(t.id) <> 'proposed' then
		raise exception 'the publication is %', publication_state_of(t.id) using errcode = 'TD491';
	end if;
	update publication_finding set confirmed_by = coalesce(confirmed_by, caller_account()), confirmed_at = coalesce(confirmed_at, p_at)
		where id = p_finding and ticket = t.id and (not withheld or names_seen()) returning * into f;
	if not found then
		raise exception 'no such finding' using errcode = 'TD404';
	end if;
	if not f.withheld then
		update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
		perform event_write(p_event, p_at, t.id, 'publication.confirmed', 'staff', caller_account(), caller_department(), null, null, null, null,
			jsonb_build_object('finding', p_finding, 'kind', f.kind));
	end if;
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;

-- As in 0081, with what was found by the name: afterwards nothing says any more that it was theirs. A version that waits is proposed anew,
-- whatever was found in it, or that would tell.
create or replace function contact_destroy(p_ticket uuid, p_at timestamptz) returns boolean language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update contact set wrapped = null, box = null, phone_index = null, email_index = null, erased_at = p_at
		where ticket = p_ticket and erased_at is null;
	if not found then
		return false;
	end if;
	update publication set masked_whole = null, looked = state <> 'proposed' and looked where ticket = p_ticket;
	delete from publication_finding where ticket = p_ticket and withheld;
	return true;
end $$;

revoke execute on function publication_source, publication_propose(uuid, bigint, text, text, text, text, text, jsonb, jsonb, text[], text[],
	bigint[], bigint[], text[], bigint, boolean, timestamptz, uuid) from public;
grant execute on function publication_source, publication_propose(uuid, bigint, text, text, text, text, text, jsonb, jsonb, text[], text[],
	bigint[], bigint[], text[], bigint, boolean, timestamptz, uuid) to tiepdan_app;
