-- What was answered in between is not told as known; clocks are counted by the calendar of who holds the ticket; and roles that open something
-- do not come along with a reorganisation into what others had, nor is what gives them done by two at once.
set local search_path = tiepdan, public;

-- --- the public version of a ticket ------------------------------------------------------------------------------------------------------

-- As in 0119. The ticket has no new version when what is withheld is confirmed, or a contact was erased, or the others would know: the tag
-- says the answer itself, behind the version, and so to each no more than they are shown.
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
					'confirmed_by', person_named(f.confirmed_by)) order by f.field, f.at, f.length, f.id), '[]')
				from publication_finding f where f.ticket = t.id and (v_named or not f.withheld)),
			'proposed_at', instant(p.proposed_at), 'proposed_by', person_named(p.proposed_by),
			'preview_until', case when p.state = 'proposed' then instant(publication_preview_until(p)) end,
			'decided_at', instant(p.decided_at), 'decided_by', person_named(p.decided_by), 'objected_at', instant(p.objected_at),
			'moves', publication_moves(t))::text
		from publication_state s where s.code = coalesce(p.state, 'private'));
	etag := t.version || '-' || left(encode(sha256(convert_to(body, 'UTF8')), 'hex'), 32);
end $$;
