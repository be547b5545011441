-- Evidence: which categories demand it, what counts as such, and that nobody answers without it.
begin;
set search_path = test, tiepdan, public;
select plan(35);

-- A file that staff or (p_login NULL) the citizen linked; not ready when it has no type.
create function pg_temp.linked(p_ticket uuid, p_login text, p_purpose text, p_type text default 'image/jpeg') returns void language plpgsql as $$
declare
	v uuid := gen_random_uuid();
begin
	perform upload_begin(v, false, 100, 'anh.jpg', sha256('a'), sha256('s'), now());
	perform upload_complete(v, 90, null);
	if p_type is not null then
		perform attachment_ready(v, 0, p_type, 80, sha256('h'), null, null, null);
	end if;
	if p_login is null then
		perform tracking_attach((select number from ticket where id = p_ticket), 1, v, null, null, now(), gen_random_uuid());
	else
		perform enter(p_login);
		perform ticket_attach(p_ticket, v, p_purpose, now(), gen_random_uuid());
	end if;
end $$;
create function pg_temp.begun(p_category text, p_department text default 'HN-SXD') returns uuid language plpgsql as $$
declare
	v uuid := (select id from file(p_department, p_category := p_category));
begin
	perform move('officer.' || p_department, v, 'accept');
	perform move('officer.' || p_department, v, 'claim');
	return v;
end $$;
create function pg_temp.try(p_login text, p_ticket uuid, p_action text) returns text language sql as $$
	select attempt(format('select move(%L, %L, %L)', p_login, p_ticket, p_action))
$$;
-- What a move that is open to this person still needs; 'closed' when it is not open.
create function pg_temp.needs(p_login text, p_ticket uuid, p_action text) returns text language plpgsql as $$
begin
	perform enter(p_login);
	return coalesce((select coalesce(m->>'needs_evidence', 'nothing') from ticket t, json_array_elements(moves_of(t)) m
		where t.id = p_ticket and m->>'action' = p_action), 'closed');
end $$;

-- The demand of a category, and of the ones above.
select is(category_evidence('environment.waste'), 'photo', 'seeded');
select is(category_evidence('roads.surface'), 'none', 'most demand nothing');
update category set evidence = 'document' where code = 'roads';
select is(category_evidence('roads.surface'), 'document', 'what the one above demands');
update category set evidence = 'none' where code = 'roads.surface';
select is(category_evidence('roads.surface'), 'none', 'unless it says otherwise itself');
update category set evidence = 'photo' where code = 'roads.surface';
select is(category_evidence('roads.surface'), 'photo', 'its own word comes first');
select throws_ok($$update category set evidence = 'video' where code = 'roads'$$, '23514', null, 'there is no other');
select is_empty($$select * from import_rows('categories', '[{"line": 2, "code": "roads", "name_vi": "Đường", "name_en": "Roads",
	"department": "HN-SXD", "level": "normal", "visibility": "public", "evidence": "photo"}]')$$, 'imported');
select is((select evidence || (select cells->>'evidence' from import_row where kind = 'categories' and key = 'roads')
	from category where code = 'roads'), 'photophoto', 'and exported');
select is_empty($$select * from import_rows('categories', '[{"line": 2, "code": "roads", "name_vi": "Đường", "name_en": "Roads",
	"department": "HN-SXD", "level": "normal", "visibility": "public"}]')$$, 'a file without the column');
select is((select evidence from category where code = 'roads'), null, 'leaves it to the one above');
select isnt_empty($$select * from import_rows('categories', '[{"line": 2, "code": "roads", "name_vi": "Đường", "name_en": "Roads",
	"department": "HN-SXD", "level": "normal", "visibility": "public", "evidence": "video"}]')$$, 'one of three words');

-- What a refusal tells besides.
create function pg_temp.told(p_login text, p_ticket uuid) returns text language plpgsql as $$
declare
	v text;
begin
	perform move(p_login, p_ticket, 'propose');
	return 'ok';
exception when others then
	get stacked diagnostics v = pg_exception_detail;
	return v;
end $$;

-- Proposing.
select pg_temp.begun('roads.surface') as t \gset
select is(pg_temp.needs('officer.HN-SXD', :'t', 'propose'), 'photo', 'the list of moves says what is missing');
select is(pg_temp.try('officer.HN-SXD', :'t', 'propose'), 'TD445', 'nobody proposes without it');
select is(pg_temp.told('officer.HN-SXD', :'t')::jsonb, '{"evidence": "photo", "evidence_checking": false}', 'which is told');
select pg_temp.linked(:'t', null, 'citizen'), pg_temp.linked(:'t', 'officer.HN-SXD', 'reply'), pg_temp.linked(:'t', 'officer.HN-SXD', 'note'),
	pg_temp.linked(:'t', 'officer.HN-SXD', 'evidence', 'application/pdf'), pg_temp.linked(:'t', 'officer.HN-SXD', 'evidence', null);
select is(pg_temp.try('officer.HN-SXD', :'t', 'propose'), 'TD445', 'nor with the citizen''s photo, another purpose, a document, or a photo still checked');
select is(pg_temp.told('officer.HN-SXD', :'t')::jsonb, '{"evidence": "photo", "evidence_checking": true}', 'but that one may do in a moment');
select attachment_refuse(id, 0, 'type') from attachment where ticket = :'t' and state = 'checking';
select is(pg_temp.told('officer.HN-SXD', :'t')::jsonb->>'evidence_checking', 'false', 'or was refused');
select is(pg_temp.try('head.HN-SXD', :'t', 'return'), 'ok', 'other ways need none');
update category set evidence = 'document' where code = 'roads.surface';
select is(pg_temp.try('officer.HN-SXD', :'t', 'propose'), 'ok', 'a document would do where one is demanded');
update category set evidence = 'photo' where code = 'roads.surface';
select pg_temp.linked(:'t', 'officer.HN-SXD', 'evidence');
select is(pg_temp.needs('officer.HN-SXD', :'t', 'propose'), 'nothing', 'with the photo nothing is missing');
select is(pg_temp.try('officer.HN-SXD', :'t', 'propose'), 'ok', 'so it is proposed');

-- Approving: a demand that came meanwhile counts for the signature.
select pg_temp.begun('roads.signals') as s \gset
select move('officer.HN-SXD', :'s', 'propose');
update category set evidence = 'document' where code = 'roads.signals';
select is(pg_temp.needs('head.HN-SXD', :'s', 'approve'), 'document', 'the signature needs it, too');
select is(pg_temp.try('head.HN-SXD', :'s', 'approve'), 'TD445', 'and is refused');
select is(pg_temp.try('head.HN-SXD', :'s', 'send_back'), 'ok', 'the draft can go back');
select pg_temp.linked(:'s', 'head.HN-SXD', 'evidence');
select is(pg_temp.try('head.HN-SXD', :'s', 'approve'), 'ok', 'a photo is a document as well');

-- The hub has no way around.
select pg_temp.begun('environment.waste', 'HN-EIC') as h \gset
select is(pg_temp.try('officer.HN-EIC', :'h', 'propose'), 'TD445', 'the hub proposes nothing without evidence');
select force_state(:'h', 'pending_approval');
insert into reply (ticket, version, at, author, department, state, text) values (:'h', 1, now(),
	(select id from account where login = 'officer.hn-eic'), department_id('HN-EIC'), 'proposed', 'Đã dọn sạch rác.');
select is(pg_temp.try('hub_head.HN-EIC', :'h', 'approve'), 'TD445', 'and its head signs nothing');

-- A root is answered with evidence of its own.
select pg_temp.begun('environment.waste') as r \gset
select pg_temp.begun('environment.waste') as m \gset
select pg_temp.linked(:'m', 'officer.HN-SXD', 'evidence');
select move('coordinator.HN-EIC', :'m', 'merge', p_into := :'r');
select is(pg_temp.try('officer.HN-SXD', :'r', 'propose'), 'TD445', 'what hangs on a merged ticket stays there');
select pg_temp.linked(:'r', 'officer.HN-SXD', 'evidence');
select is(pg_temp.try('officer.HN-SXD', :'r', 'propose'), 'ok', 'its own does');

-- A second look and an appeal need evidence of their own.
select account_save('second.hn-sxd', 'Second officer', 'HN-SXD', '{officer}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'second.hn-sxd';
select pg_temp.begun('roads.surface') as l \gset
select number as n from ticket where id = :'l' \gset
select pg_temp.linked(:'l', 'officer.HN-SXD', 'evidence');
select move('officer.HN-SXD', :'l', 'propose'), move('head.HN-SXD', :'l', 'approve');
update attachment set linked_at = linked_at - interval '1 h' where ticket = :'l';
select citizen(:n, 'second_look');
select move('second.HN-SXD', :'l', 'take_up');
select is(pg_temp.needs('second.HN-SXD', :'l', 'propose'), 'photo', 'the old photo proved the old answer');
select is(pg_temp.try('second.HN-SXD', :'l', 'propose'), 'TD445', 'and does not prove the next one');
select pg_temp.linked(:'l', 'officer.HN-SXD', 'evidence', null);
update attachment set linked_at = linked_at - interval '1 h' where ticket = :'l' and state = 'checking';
select is(pg_temp.told('second.HN-SXD', :'l')::jsonb->>'evidence_checking', 'false', 'whatever of it is still being checked');
select pg_temp.linked(:'l', 'officer.HN-SXD', 'evidence');
select is(pg_temp.needs('second.HN-SXD', :'l', 'propose'), 'nothing', 'a new one does');
select move('second.HN-SXD', :'l', 'propose');
select is(pg_temp.try('head.HN-SXD', :'l', 'approve'), 'ok', 'for the signature, too');
select move('head.HN-SXD', :'l', 'approve');
update attachment set linked_at = linked_at - interval '1 h' where ticket = :'l';
select citizen(:n, 'appeal');
select is(evidence_missing(t), 'photo', 'nor does it prove the decision on an appeal') from ticket t where id = :'l';
select * from finish();
rollback;
