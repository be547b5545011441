-- Evidence: in some categories nobody answers without showing what was done. The table of moves says which moves need it, the
-- category which evidence. It is a file that staff linked to the ticket itself as evidence (0028) and that is ready: what hangs on
-- a ticket merged into it stays there, and parts of other departments bring texts alone. Refusing and redirecting need none.
set local search_path = tiepdan, public;

-- In the order in which filing takes them: category, then action.
lock table category in access exclusive mode;

alter table action add column evidence boolean not null default false;
comment on column action.evidence is 'not without the evidence that the category demands: evidence_missing()';
update action set evidence = true where code in ('propose', 'approve');

alter table category add column evidence text,
	add constraint category_evidence check (evidence in ('none', 'photo', 'document'));
comment on column category.evidence is 'what an answer has to be proved with: photo, document (a file of any type), none; NULL: what the category
	above says, as policies do';

insert into import_type (code, pattern, wanted, most) values ('evidence', '^(none|photo|document)$', 'one of none, photo, document', 16);
insert into import_column values ('categories', 'evidence', 'evidence', false, null);
create or replace function import_categories(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into category (code, name_vi, name_en, department, level, visibility, valid_from, valid_to, public_point, evidence)
	values (r->>'code', r->>'name_vi', r->>'name_en', r->>'department', r->>'level', r->>'visibility',
		(r->>'valid_from')::date, (r->>'valid_to')::date, coalesce(r->>'public_point', 'near'), r->>'evidence')
	on conflict (code) do update set (name_vi, name_en, department, level, visibility, valid_from, valid_to, public_point, evidence) =
		(excluded.name_vi, excluded.name_en, excluded.department, excluded.level, excluded.visibility, excluded.valid_from,
		excluded.valid_to, excluded.public_point, excluded.evidence)
$$;
comment on function import_categories is 'code, parent (optional), name_vi, name_en, department (a code, or AREA), level (normal, urgent,
complex), visibility (public, private, restricted, confidential), valid_from, valid_to, public_point (exact, near, none; optional), evidence
(optional: as the parent; photo, document, none: what is attached before an answer)';

-- What a category demands: its own word, or that of the nearest one above that has any.
create function category_evidence(p_category text) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	c category;
begin
	select * into c from category where code = p_category;
	while c.evidence is null and c.parent is not null loop
		select * into c from category where code = c.parent;
	end loop;
	return coalesce(c.evidence, 'none');
end $$;

-- What has still to be linked before this ticket is answered: photo, document, or NULL.
create function evidence_missing(t ticket) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_demanded text := nullif(category_evidence(t.category), 'none');
begin
	if v_demanded is not null and exists (select from attachment where ticket = t.id and purpose = 'evidence' and state = 'ready'
			and (v_demanded = 'document' or type like 'image/%')) then
		return null;
	end if;
	return v_demanded;
end $$;

-- TD445 (DETAIL: what is missing, a JSON string) for an action that needs evidence which is not there. Called by reply_move().
create function evidence_check(t ticket, a action) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_missing text := case when a.evidence then evidence_missing(t) end;
begin
	if v_missing is not null then
		raise exception '% needs evidence: a %', a.code, v_missing using errcode = 'TD445', detail = to_json(v_missing)::text;
	end if;
end $$;

-- As before, and what evidence a move still needs.
create or replace function moves_of(t ticket) returns json language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(case when not a.evidence then m.move
				else (m.move::jsonb || jsonb_strip_nulls(jsonb_build_object('needs_evidence', evidence_missing(t))))::json end order by m.ord), '[]')
		from json_array_elements(moves_for(t)) with ordinality m (move, ord) join action a on a.code = m.move->>'action'
		where (not a.conditional or coalesce(move_applies(t, a.code, now()), false))
			and (a.code <> 'unmerge' or m.move->>'to' = (select from_state from ticket_merge where ticket = t.id and ended_at is null)));
end $$;
drop function move_applies(ticket, text);

revoke execute on function category_evidence, evidence_missing, evidence_check from public;
