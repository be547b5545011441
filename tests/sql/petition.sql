-- Petitions of several people: what is stored with the filing, who sees the list of names, what everybody reads.
begin;
set search_path = test, tiepdan, public;
select no_plan();

create function pg_temp.unchecked() returns uuid language plpgsql as $$
declare
	v uuid := gen_random_uuid();
begin
	perform upload_begin(v, false, 100, 'danh-sach.pdf', sha256('a'), sha256('s'), now());
	perform upload_complete(v, 90, null);
	return v;
end $$;
create function pg_temp.upload() returns uuid language plpgsql as $$
declare
	v uuid := pg_temp.unchecked();
begin
	perform attachment_ready(v, 0, 'application/pdf', 80, sha256('h'), null, null, null);
	return v;
end $$;
-- As the server does it: the files of a filing are linked, then its petition is written.
create function pg_temp.petition(p_ticket uuid, p_people bigint, p_list uuid default null) returns bigint language plpgsql as $$
begin
	perform filed_attach(array[p_ticket], array[p_list], array[now()]) where p_list is not null;
	return petition_file(array[p_ticket], array[p_people], array[p_list], array[now()], array[gen_random_uuid()]);
end $$;
create function pg_temp.seen(p_login text, p_ticket uuid) returns text[] language plpgsql as $$
declare
	v text[];
begin
	perform enter(p_login);
	set local role tiepdan_app;
	v := array(select purpose from attachment where ticket = p_ticket order by purpose);
	reset role;
	return v;
end $$;

select id as t, number as n from file('HN-SXD') \gset
select pg_temp.upload() as list \gset
select pg_temp.upload() as photo \gset
select filed_attach(array[:'t'::uuid], array[:'photo'::uuid], array[now()]);
select is(pg_temp.petition(:'t', 40, :'list'), 1::bigint, 'a petition');
select is(pg_temp.petition(gen_random_uuid(), 40), 0::bigint, 'of a ticket that was not made nothing is stored');
select is((select people from petition where ticket = :'t'), 40, 'how many they are');
select is((select array_agg(purpose || (id = :'list') order by purpose) from attachment where ticket = :'t'), '{citizenfalse,petitionerstrue}',
	'the list has a purpose of its own');
select is(attempt(format('select pg_temp.petition(%L, 1)', (select id from file('HN-SXD')))), 'petition_people', 'one is no group');
select pg_temp.upload() as other \gset
select pg_temp.petition((select id from file('HN-SXD')), 3) \g /dev/null
select petition_file(array[(select id from file('HN-SXD'))], '{3}', array[:'photo'::uuid], array[now()], array[gen_random_uuid()]) \g /dev/null
select is((select purpose from attachment where id = :'photo'), 'citizen', 'the file of another ticket stays what it is');
select results_eq(format($$select public_en, data->>'people' from event where ticket = %L and type = 'ticket.petition'$$, :'t'),
	$$values ('A common petition of 40 people, filed by one of them for all', '40')$$, 'a step of the ticket');

-- Who sees the names.
select is(pg_temp.seen(r || '.HN-SXD', :'t'), '{citizen}', 'not ' || r) from unnest('{officer,head}'::text[]) r;
select is(pg_temp.seen(r || '.HN-EIC', :'t'), '{citizen}', 'not ' || r) from unnest('{leader,auditor}'::text[]) r;
select is(pg_temp.seen('coordinator.HN-EIC', :'t'), '{citizen,petitioners}', 'who may read contacts');
select enter('officer.HN-SXD');
select is((select count(*) from attachments_of(:'t', null, 10)) + (select count(*) from attachment_seen(:'t', :'list')), 1::bigint,
	'nor by the list of the ticket and those merged into it');
select enter('coordinator.HN-EIC');
select is((select count(*) from attachments_of(:'t', null, 10)) + (select count(*) from attachment_seen(:'t', :'list')), 3::bigint,
	'which has them for those who may');
select is(json_array_length(attachments_tracked(:n, 1)::json->'items'), 2, 'and the representative');
select is(track(:n)->'petition'->>'people', '40', 'the page of the ticket tells how many');
select is(track((select number from file('HN-SXD')))->>'petition', null, 'one person''s does not');

-- A part that is split off is theirs, too.
select id as part from file('HN-SXD') \gset
select move('coordinator.HN-EIC', :'t', 'split', p_into := :'part');
select is((select people from petition where ticket = :'part'), 40, 'a part is of as many people');
select is(published_item(jsonb_populate_record(null::publication, jsonb_build_object('ticket', :'t', 'category', 'roads.surface',
	'department', department_id('HN-SXD'))))->'petition'->>'people', '40', 'what is published tells how many');

-- Another list later.
create function pg_temp.list(p_number bigint, p_replaces boolean default false, p_purpose text default 'petitioners') returns text language sql as $$
	select attempt(format('select tracking_attach(%s, 1, %L, %L, %L, now(), gen_random_uuid())', p_number, pg_temp.upload(), p_purpose, p_replaces))
$$;
create function pg_temp.listed(p_number bigint, p_replaces boolean) returns void language sql as $$
	select tracking_attach(p_number, 1, pg_temp.upload(), 'petitioners', p_replaces, now(), gen_random_uuid())
$$;
create function pg_temp.lists(p_ticket uuid) returns text language sql as $$
	select count(*) || ' ' || count(replaced_at) from attachment where ticket = p_ticket and purpose = 'petitioners'
$$;
select id as p, number as m from file('HN-SXD') \gset
select is(pg_temp.list(:m), 'TD499', 'one person has no list');
select is(pg_temp.list(:m, p_purpose := 'citizen'), 'ok', 'but files');
select pg_temp.petition(:'p', 40, pg_temp.upload());
select pg_temp.listed(:m, false);
select is(pg_temp.lists(:'p'), '2 0', 'added');
select pg_temp.listed(:m, true);
select is(pg_temp.lists(:'p'), '3 2', 'or in place of those before, which stay');
-- A list that turns out to be no good has replaced none; those that were replaced before stay so.
select pg_temp.unchecked() as bad \gset
select tracking_attach(:m, 1, :'bad', 'petitioners', true, now() + interval '1 min', gen_random_uuid());
select is(pg_temp.lists(:'p'), '4 3', 'in place of the one before, too');
select is(attachment_refuse(:'bad', 1, 'virus'), null, 'an attempt of before refuses nothing');
select is(pg_temp.lists(:'p'), '4 3', 'and brings nothing back');
select is(attachment_refuse(:'bad', 0, 'virus'), true, 'refused');
select is(pg_temp.lists(:'p'), '4 2', 'so that one counts again');
select is((select array[state, reason, (replaced_at is null)::text] from attachment where id = :'bad'), '{refused,virus,true}', 'and this one says why not');
select is(pg_temp.seen('officer.HN-SXD', :'p'), '{}', 'for few eyes');
select is((select array_agg(distinct data->>'purpose') from event where ticket = :'p' and type = 'ticket.attached' and actor_kind = 'ticket'), '{petitioners}', 'an event tells');
select is(attempt($$update attachment set replaced_at = now() where purpose = 'citizen'$$), 'attachment_replaced', 'nothing else is replaced');
select move('officer.HN-SXD', :'p', 'accept'), move('officer.HN-SXD', :'p', 'claim'), move('officer.HN-SXD', :'p', 'propose');
select is(pg_temp.list(:m), 'ok', 'as long as it is worked on');
select move('head.HN-SXD', :'p', 'approve');
select is(pg_temp.list(:m) || ' ' || pg_temp.list(:m, p_purpose := 'citizen'), 'TD409 ok', 'and not after the answer');
select * from finish();
rollback;
