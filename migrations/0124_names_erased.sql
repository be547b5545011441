-- What the citizen has erased cannot be looked for any more: erasing the contact made the name in it publishable. Now each version of such a
-- ticket has a finding that says so, whatever stands in it, and who may read contacts confirms that no name stands there.
set local search_path = tiepdan, public;

alter table publication_finding alter column field drop not null, alter column at drop not null, alter column length drop not null,
	alter column text drop not null, add constraint publication_finding_whole check (case kind when 'erased_contact'
		then not withheld and num_nonnulls(field, at, length, text) = 0 else num_nulls(field, at, length, text) = 0 end);
comment on table publication_finding is 'What looks like personal data in the version as it is: published is nothing before somebody
	has confirmed for each that it may be. Offset and length are in code points. erased_contact is about the whole version: nobody can look
	for the name of the citizen in it, and it is confirmed by those who may read contacts';

-- Nobody has looked through what waits: it is proposed anew.
update publication set looked = false where state = 'proposed' and ticket in (select ticket from contact where erased_at is not null);

-- As in 0119; what is about the whole version comes first. The ticket has no new version when what is withheld is confirmed, or a contact was
-- erased, or the others would know: the tag says the answer itself, behind the version, and so to each no more than they are shown.
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
					'confirmed_by', person_named(f.confirmed_by)) order by f.field nulls first, f.at, f.length, f.id), '[]')
				from publication_finding f where f.ticket = t.id and (v_named or not f.withheld)),
			'proposed_at', instant(p.proposed_at), 'proposed_by', person_named(p.proposed_by),
			'preview_until', case when p.state = 'proposed' then instant(publication_preview_until(p)) end,
			'decided_at', instant(p.decided_at), 'decided_by', person_named(p.decided_by), 'objected_at', instant(p.objected_at),
			'moves', publication_moves(t))::text
		from publication_state s where s.code = coalesce(p.state, 'private'));
	etag := t.version || '-' || left(encode(sha256(convert_to(body, 'UTF8')), 'hex'), 32);
end $$;

-- As in 0119; that the contact was erased is no secret, and no matter of what was written.
create or replace function publication_propose(p_ticket uuid, p_version bigint, p_title text, p_question text, p_answer text, p_folded_title text,
	p_folded text, p_masked jsonb, p_masked_whole jsonb, p_fields text[], p_kinds text[], p_offsets bigint[], p_lengths bigint[],
	p_pieces text[], p_shown bigint, p_needs_reader boolean, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	v_from text := publication_state_of(p_ticket);
	v_erased boolean := exists (select from contact c where c.ticket = p_ticket and c.erased_at is not null);
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
	insert into publication_finding (ticket, kind) select t.id, 'erased_contact' where v_erased;
	t := publication_told_as(t, 'propose', 'staff', p_at, p_event, jsonb_build_object('from', v_from, 'to', 'proposed',
		'findings', p_shown + v_erased::int));
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;

-- As in 0119; TD699 as well where an officer confirms that the name of an erased contact is not there.
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
	elsif f.kind = 'erased_contact' and not names_seen() then
		raise exception 'only who may read contacts confirms this' using errcode = 'TD699';
	end if;
	if not f.withheld then
		update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
		perform event_write(p_event, p_at, t.id, 'publication.confirmed', 'staff', caller_account(), caller_department(), null, null, null, null,
			jsonb_build_object('finding', p_finding, 'kind', f.kind));
	end if;
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;

-- As in 0115; who has done it too often is told that whatever the ticket, or the refusal would say that there is one.
create or replace function glass_break(p_ticket uuid, p_reason text, p_event uuid, p_at timestamptz, out body text) language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_session session := caller_person();
	v_until timestamptz := p_at + (select value from setting where name = 'glass_minutes') * interval '1 min';
	v_spent_until timestamptz;
	t ticket;
begin
	perform caller_needs('glass');
	perform from account where id = v_session.account for update;
	v_spent_until := (select g.at + interval '1 day' from glass g where g.account = v_session.account and g.at > p_at - interval '1 day'
		order by g.at desc offset (select value - 1 from setting where name = 'glass_most') limit 1);
	if v_spent_until is not null then
		raise exception 'too often' using errcode = 'TD639', detail = ceil(extract(epoch from v_spent_until - p_at))::bigint;
	end if;
	select * into t from ticket where id = p_ticket;
	if not found or kept_away(t.id, v_session.account) or denounced(t.id, v_session.account) then
		raise exception 'no such ticket' using errcode = 'TD404';
	elsif sees(t) then
		raise exception 'the caller sees the ticket' using errcode = 'TD638';
	end if;
	insert into glass values (v_session.id, t.id, v_session.account, p_reason, p_at, v_until)
		on conflict (session, ticket) do update set reason = excluded.reason, at = excluded.at, until_at = excluded.until_at;
	perform event_write(p_event, p_at, t.id, 'access.broken', 'staff', v_session.account, caller_department(), null, null, null, null,
		jsonb_build_object('reason', p_reason, 'until', instant(v_until)));
	perform account_tell(v_session.account, 'glass.broken', v_session.id, jsonb_build_object('ticket', t.id));
	body := json_build_object('ticket', t.id, 'code', t.code, 'until', instant(v_until));
end $$;

-- The same by the code, which is all that somebody was told: no list has a ticket that they do not see.
create function glass_break_code(p_number bigint, p_code text, p_reason text, p_event uuid, p_at timestamptz, out body text) language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
begin
	body := glass_break(coalesce((select t.id from ticket t where t.number = p_number and t.code = p_code), nobody()), p_reason, p_event, p_at);
end $$;
revoke execute on function glass_break_code from public;
grant execute on function glass_break_code to tiepdan_app;
