-- Filing in sets: batches, replays, keys that come again, and what a filing leaves behind.
begin;
set search_path = test, tiepdan, public;
select plan(38);

-- A batch of n filings; arguments that matter as arrays.
create function pg_temp.batch(p_keys bytea[], p_fingerprints bytea[], p_categories text[] default null, p_areas text[] default null,
	p_kinds text[] default null, p_departments bigint[] default null, p_policies bigint[] default null)
returns table (ord bigint, outcome text, number bigint, generation bigint, told text, promise text, body text) language sql as $$
	with n as (select cardinality(p_keys) as n, now() as at)
	select f.* from n, filings_store(array(select gen_random_uuid() from generate_series(1, n)),
		array(select number_block(1) from generate_series(1, n)), array_fill('HN-26-TEST-TEST'::text, array[n]),
		coalesce(p_kinds, array_fill('feedback'::text, array[n])), coalesce(p_categories, array_fill('roads.surface'::text, array[n])),
		coalesce(p_areas, array_fill(null::text, array[n])), array_fill('Ổ gà trước nhà'::text, array[n]),
		array_fill('Có một ổ gà rộng trước nhà tôi.'::text, array[n]), array_fill('o ga'::text, array[n]), array_fill(null::text, array[n]),
		array_fill(null::float8, array[n]), array_fill(null::float8, array[n]), array_fill('vi'::text, array[n]),
		array_fill('web'::text, array[n]), array_fill(false, array[n]), array_fill('public'::text, array[n]),
		array_fill('public'::text, array[n]), array_fill('normal'::text, array[n]),
		coalesce(p_departments, array_fill(department_id('HN-SXD'), array[n])), coalesce(p_policies, array_fill(2::bigint, array[n])),
		array_fill('{"reason": "category"}'::text, array[n]), array_fill(at, array[n]), array_fill(null::bigint, array[n]), array_fill(null::bytea, array[n]),
		array_fill(null::bytea, array[n]), array_fill(null::bytea, array[n]), array_fill(null::bytea, array[n]),
		array_fill(null::bytea, array[n]), p_keys, p_fingerprints, array(select gen_random_uuid() from generate_series(1, n)),
		array(select i from generate_series(1, n) i, generate_series(1, 2)), array(select k from generate_series(1, n), unnest('{accept,answer}'::text[]) k),
		array(select at from generate_series(1, n * 2)), array(select k from generate_series(1, n), unnest('{f,t}'::boolean[]) k),
		array(select at + k * interval '1 day' from generate_series(1, n), unnest('{1,7}'::int[]) k), null, array_fill('wd'::text, array[n * 2]),
		array_fill(1::bigint, array[n * 2]), array_fill('office'::text, array[n * 2]), array_fill(1::bigint, array[n * 2]), array_fill(null::text, array[n])) f
	order by f.ord
$$;
create function pg_temp.k(text) returns bytea language sql as $$ select sha256($1::bytea) $$;

-- One filing and everything it leaves.
create temp table one as select * from file('HN-SXD', p_key := pg_temp.k('one'), p_fingerprint := pg_temp.k('f'), p_contact := '\x0102');
select is((select outcome from one), 'filed', 'filed');
select is((select body::json->>'state' from one), 'submitted', 'the body is JSON');
select results_eq($$select json_object_keys(body::json) from one$$,
	'{code,kind,state,department,route,deadlines,promise,filed_at}'::text[], 'of these members');
select is((select body::json#>>'{deadlines,1,latest}' from one), 'true', 'an answer clock that waits for the acceptance tells its latest date');
select is((select array[state, version::text, done::text] from ticket where id = (select id from one)), '{submitted,1,false}', 'the ticket');
select results_eq($$select kind, round, waits, due_at = latest_due, first, holder = department_id('HN-SXD') from clock_running
	where ticket = (select id from one) order by kind$$, $$values ('accept', 1, false, true, true, true), ('answer', 1, true, true, false, true)$$,
	'two clocks, the first one of which is due first');
select is_empty($$select * from clock where ticket = (select id from one)$$, 'none has stopped');
select is((select array_agg(department) from holding where ticket = (select id from one) and until is null),
	array[department_id('HN-SXD')], 'one holder');
select is((select array[epoch::text, box::text, (commitment = sha256('\x0102'))::text] from contact where ticket = (select id from one)),
	'{1,"\\x0102",true}', 'the sealed contact');
select is((select array[type, actor_kind, to_state, data->>'contact'] from event where ticket = (select id from one)),
	array['ticket.filed', 'anyone', 'submitted', encode(sha256('\x0102'), 'hex')], 'the event, with the commitment of the contact');
select is((select hash from event where ticket = (select id from one)), (
	select sha256(convert_to(format('["%s", %s, "%s", "ticket.filed", "anyone", null, %s, null, "submitted", "%s", "%s", %s]', id,
		(extract(epoch from at) * 1000000)::bigint, ticket, department, public_vi, public_en, data), 'UTF8'))
	from event where ticket = (select id from one)), 'the hash is what its description says');
select is((select xid from event where ticket = (select id from one)), pg_current_xact_id(), 'and which transaction wrote it');
select is((select body::json->>'emergency_numbers' from file('HN-CATP', p_kind := 'emergency')), '["113","114","115","111"]',
	'an emergency is told whom to call');
select is((select body::json->>'deadlines' from file('HN-SXD', p_policy := 0)), '[]', 'no policy, no deadlines');

-- Replays.
create temp table again as select * from file('HN-SXD', p_key := pg_temp.k('one'), p_fingerprint := pg_temp.k('f'));
select is((select outcome from again), 'replayed', 'the same key again');
select is((select array[body, number::text, generation::text] from again), (select array[body, number::text, generation::text] from one),
	'answers the same');
select is((select count(*) from ticket where id = (select id from again)), 0::bigint, 'and files nothing');
select move('officer.HN-SXD', (select id from one), 'return', now() + interval '1 h');
select move('coordinator.HN-EIC', (select id from one), 'route', now() + interval '2 h', p_department := 'UB-00316');
select move('officer.UB-00316', (select id from one), 'accept', now() + interval '3 h');
select is((select body from file('HN-SXD', p_key := pg_temp.k('one'), p_fingerprint := pg_temp.k('f'))), (select body from one),
	'also after the ticket has moved on');
select is((select outcome from file('HN-SXD', p_key := pg_temp.k('one'), p_fingerprint := pg_temp.k('g'))), 'key_reused',
	'the same key with another request');
select lives_ok($$select once_claim(pg_temp.k('other'), pg_temp.k('f')); select once_finish(pg_temp.k('other'), 201, '{}')$$, 'a key of another route');
select is((select outcome from file('HN-SXD', p_key := pg_temp.k('other'), p_fingerprint := pg_temp.k('f'))), 'key_reused',
	'does not replay a filing');

-- Batches.
select results_eq($$select ord, outcome from pg_temp.batch(array[pg_temp.k('a'), null, pg_temp.k('one'), pg_temp.k('a'), pg_temp.k('one'), pg_temp.k('a'), null],
	array[pg_temp.k('f'), null, pg_temp.k('f'), pg_temp.k('f'), pg_temp.k('x'), pg_temp.k('y'), null])$$,
	$$values (1::bigint, 'filed'), (2, 'filed'), (3, 'replayed'), (4, 'replayed'), (5, 'key_reused'), (6, 'key_reused'), (7, 'filed')$$,
	'a batch with everything in it');
select is((select count(distinct number) from pg_temp.batch(array_fill(pg_temp.k('b'), array[5]), array_fill(pg_temp.k('f'), array[5]))), 1::bigint,
	'one key five times is one ticket');
create temp table many as select * from pg_temp.batch(array_fill(null::bytea, array[256]), array_fill(null::bytea, array[256]));
select is((select count(distinct number) from many where outcome = 'filed'), 256::bigint, '256 in one batch');
select is((select array_agg(ord order by ord) from many), array(select generate_series(1::bigint, 256)), 'each answered once');
select is((select count(*) from event join ticket t on t.id = event.ticket where t.number in (select number from many)), 256::bigint, 'an event each');
select is((select count(*) from pg_temp.batch('{}', '{}')), 0::bigint, 'an empty batch');


-- What servers of before call (ticket_file) leaves the same rows, and tells what the server tells by itself now.
create function pg_temp.way(p_name text, p_id uuid, p_number bigint, p_event uuid) returns jsonb language plpgsql as $$
declare
	v jsonb;
begin
	execute format('select to_jsonb(f) from %I(array[$1], array[$2], ''{X}'', ''{complaint}'', ''{roads.surface}'', ''{00316}'', ''{Một tiêu đề}'',
		''{Một nội dung đủ dài cho một phiếu.}'', ''{x}'', ''{ở đây}'', ''{105.8}'', ''{21}'', ''{en}'', ''{app}'', ''{false}'', ''{private}'', ''{private}'', ''{urgent}'',
		array[department_id(''HN-SXD'')], ''{2}'', ''{"{\"reason\": \"category\", \"rules\": {\"set\": 1}}"}'', array[now()], ''{1}'', ''{x}'', ''{y}'',
		array[sha256(''y'')], ''{p}'', ''{e}'', ''{null}'', ''{null}'', array[$3], ''{1,1,1}'', ''{accept,answer,route}'', array[now(), now(), now()], ''{f,t,f}'',
		array[now() + interval ''1 d'', now() + interval ''2 d'', now() + interval ''1 h''], ''{null,null,null}'', ''{wd,wd,wh}'', ''{1,2,1}'',
		''{office,office,office}'', ''{1,1,1}'', ''{c0}'') f', p_name) into v using p_id, p_number, p_event;
	return v;
end $$;
create function pg_temp.left_by(p_ticket uuid) returns jsonb language sql as $$
	select jsonb_build_array((select to_jsonb(t) from ticket t where id = p_ticket), (select jsonb_agg(to_jsonb(c) order by kind) from clock_running c where ticket = p_ticket),
		(select jsonb_agg(to_jsonb(h)) from holding h where ticket = p_ticket), (select jsonb_agg(to_jsonb(c)) from contact c where ticket = p_ticket),
		(select jsonb_agg(to_jsonb(e)) from event e where ticket = p_ticket))
$$;
create temp table pair as select gen_random_uuid() as id, number_block(1) as number, gen_random_uuid() as event;
savepoint before_pair;
create temp table of_before as select pg_temp.way('ticket_file', id, number, event) as told, id from pair;
select pg_temp.left_by(id) as rows, told->>'body' as body from of_before \gset
rollback to before_pair;
create temp table of_now as select pg_temp.way('filings_store', id, number, event) as told, id from pair;
select is((select pg_temp.left_by(id) from of_now), :'rows'::jsonb, 'both ways leave the same rows');
select is((select filed_body_of(id) from of_now), :'body', 'and are told the same');
select is((select told - 'number' from of_now), '{"ord": 1, "outcome": "filed", "generation": 1, "told": "accept,answer", "promise": null, "body": null}',
	'the clocks that began and are told');
insert into promise (department, kind, category, answers, days) values (department_id('HN-SXD'), 'feedback', '', 12, 3);
select is((select array_agg(promise::json->>'days') from pg_temp.batch('{null,null}', '{null,null}')), '{3,3}', 'and what the department promises');
insert into promise (department, kind, category, answers, days) values (department_id('HN-SXD'), 'feedback', 'roads.surface', 20, 7);
select is((select array_agg(promise::json->>'days') from pg_temp.batch('{null,null}', '{null,null}', p_categories := '{roads.surface,trees_lighting.trees}')),
	'{7,3}', 'of a category before of all');

-- What is not known is named, and nothing of the batch stays.
create temp table before as select count(*) from ticket;
select is(attempt($$select pg_temp.batch('{null,null}', '{null,null}', p_categories := '{roads.surface,gone}')$$), 'ticket_category_fk', 'category');
select is(attempt($$select pg_temp.batch('{null,null}', '{null,null}', p_areas := '{null,99999}')$$), 'ticket_area_fk', 'area');
select is(attempt($$select pg_temp.batch('{null}', '{null}', p_kinds := '{gossip}')$$), 'ticket_kind_fk', 'kind');
select is(attempt($$select pg_temp.batch('{null}', '{null}', p_departments := '{0}')$$), 'ticket_holder_fk', 'department');
select is(attempt($$select pg_temp.batch('{null}', '{null}', p_policies := '{0}')$$), 'ticket_policy_fk', 'policy');
select is((select count(*) from ticket), (select * from before), 'nothing stays of what was refused');
select * from finish();
rollback;
