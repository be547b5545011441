-- Giving a ticket back, and the queues of a person and of nobody.
begin;
set search_path = test, tiepdan, public;
select plan(29);
select account_save('officer2.hn-sxd', 'Officer 2', 'HN-SXD', '{officer}'), account_save('both.hn-sxd', 'Head, too', 'HN-SXD', '{officer,head}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login in ('officer2.hn-sxd', 'both.hn-sxd');
create function pg_temp.who(p_login text) returns uuid language sql as $$ select id from account where login = lower(p_login) $$;
create temp table t as select * from file('HN-SXD');
create function pg_temp.id() returns uuid language sql as $$ select id from t $$;
create function pg_temp.try(p_login text, p_action text, p_more text default '') returns text language sql as $$
	select attempt(format('select move(%L, pg_temp.id(), %L %s)', p_login, p_action, p_more))
$$;

select is(pg_temp.try('officer.HN-SXD', 'unassign'), 'TD409', 'not before somebody has it');
select move('officer.HN-SXD', pg_temp.id(), 'accept'), move('officer.HN-SXD', pg_temp.id(), 'claim');
select is(pg_temp.try('officer2.HN-SXD', 'unassign'), 'TD403', 'a colleague does not take it away');
select is(pg_temp.try('officer2.HN-SXD', 'claim'), 'TD409', 'nor claims it');
select is(pg_temp.try('officer.HN-SXD', 'claim'), 'TD409', 'nor does whoever has it claim it once more');
create function pg_temp.offers(p_login text, p_ticket uuid, p_action text) returns boolean language plpgsql as $$
begin
	perform enter(p_login);
	return (select moves_of(t)::jsonb @> jsonb_build_array(jsonb_build_object('action', p_action)) from ticket t where id = p_ticket);
end $$;
select is(pg_temp.offers('officer.HN-SXD', pg_temp.id(), 'claim') or pg_temp.offers('officer2.HN-SXD', pg_temp.id(), 'claim'), false,
	'and neither is offered to');
select is(pg_temp.try('head.HN-SXD', 'assign', ', p_person := pg_temp.who(''officer2.HN-SXD'')'), 'ok', 'the head gives it to a colleague');
select is(pg_temp.try('head.HN-SXD', 'unassign'), 'ok', 'the head does');
select is(pg_temp.try('both.HN-SXD', 'unassign'), 'ok', 'a head who is an officer, too');
select is(pg_temp.try('head.HN-TTRA', 'unassign'), 'TD404', 'another department''s head does not see it');
select is(pg_temp.try('coordinator.HN-EIC', 'unassign'), 'TD403', 'nor is it the hub''s business');
select is(pg_temp.try('officer.HN-SXD', 'unassign', ', p_version := 2'), 'TD412', 'the version counts');
select is(pg_temp.try('officer.HN-SXD', 'unassign', ', p_reason := null'), 'ok', 'no reason is needed');
select is((select (m.body::json->>'state', m.body::json#>>'{holder,person}', m.etag)::text from move('officer.HN-SXD', pg_temp.id(), 'unassign') m),
	'(in_progress,,4)', 'its officer gives it back: the state stays');
select is((select (type, actor, from_state, to_state, public_vi, event_told(id, data)->>'reason')::text from event where ticket = pg_temp.id() and type = 'ticket.unassigned'),
	(select format('(ticket.unassigned,%s,in_progress,in_progress,,"vì lý do này")', pg_temp.who('officer.HN-SXD'))), 'an event that the citizen does not see');
select is(pg_temp.try('officer.HN-SXD', 'unassign'), 'TD409', 'once');
select is(pg_temp.try('head.HN-SXD', 'refuse', ', p_reason_code := ''out_of_scope'''), 'TD409', 'what was begun is not refused by that way');
select is(pg_temp.try('officer2.HN-SXD', 'claim'), 'ok', 'somebody else takes it');
select is(pg_temp.offers('officer2.HN-SXD', pg_temp.id(), 'claim'), true, 'as is offered');
select move('head.HN-SXD', pg_temp.id(), 'assign', p_person := pg_temp.who('officer2.HN-SXD'));
select is((select public_en from event where ticket = pg_temp.id() and type = 'ticket.assigned'), 'The department assigned an officer',
	'the citizen is not told who assigned');

-- Requests about personal data have nobody who assigns: colleagues take over from each other, and hear that they have one.
select account_save('data2.hn-eic', 'Data officer 2', 'HN-EIC', '{data_officer}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'data2.hn-eic';
create temp table d as select * from file('HN-EIC', 'data');
select move('data_officer.HN-EIC', id, 'accept'), move('data_officer.HN-EIC', id, 'claim') from d;
select is(pg_temp.offers('data_officer.HN-EIC', id, 'claim'), false, 'nobody claims twice') from d;
select is(attempt(format($$select move('data_officer.HN-EIC', %L, 'claim')$$, id)), 'TD409', 'there either') from d;
select is(pg_temp.offers('data2.HN-EIC', id, 'claim'), true, 'a colleague may') from d;
select is(attempt(format($$select move('data2.HN-EIC', %L, 'claim')$$, id)), 'ok', 'and does') from d;
select is(attempt(format($$select move('data2.HN-EIC', %L, 'unassign')$$, id)), 'TD403', 'but takes it from nobody for nobody') from d;

-- Queues.
create temp table u as select (file('HN-SXD')).id;
create function pg_temp.queue(p_person uuid) returns setof uuid language sql as $$
	select (item::json->>'id')::uuid from ticket_queue(null, null, null, null, null, null, null, null, false, p_person, false, 'due', now(), now(), null, 100)
$$;
select enter('head.HN-SXD');
select results_eq('select pg_temp.queue(pg_temp.who(''officer2.HN-SXD''))', 'select pg_temp.id()', 'the queue of a person');
select is_empty('select pg_temp.queue(pg_temp.who(''officer.HN-SXD''))', 'an empty one');
select results_eq('select pg_temp.queue(nobody())', 'table u', 'the queue of nobody');
select set_eq('select pg_temp.queue(null)', 'table u union select pg_temp.id()', 'of all');
select enter('head.HN-TTRA');
select is_empty('select pg_temp.queue(pg_temp.who(''officer2.HN-SXD''))', 'another department''s person shows nothing that is not seen');
select * from finish();
rollback;
