-- Rules about the schema itself.
begin;
set search_path = test, tiepdan, public;
select plan(18);

select is_empty($$
	select conrelid::regclass || ': ' || conname from pg_constraint
	where connamespace = 'tiepdan'::regnamespace and conrelid <> 0 and conparentid = 0
		and conname not like regexp_replace((select relname from pg_class where oid = conrelid), '_(\d{4}_\d\d|default|\d)$', '') || '\_%'
$$, 'every constraint is named <table>_<rule>');
select is_empty($$
	select p.oid::regprocedure from pg_proc p where p.pronamespace = 'tiepdan'::regnamespace
		and has_function_privilege('public', p.oid, 'execute')
$$, 'nobody may run a function just so');
select is_empty($$
	select p.oid::regprocedure from pg_proc p where p.pronamespace = 'tiepdan'::regnamespace and p.prosecdef
		and not coalesce(p.proconfig @> array['search_path=tiepdan, pg_temp'], false)
$$, 'functions with the rights of the owner have a pinned search_path');
select is_empty($$
	select p.oid::regprocedure from pg_proc p where p.pronamespace = 'tiepdan'::regnamespace and p.prolang =
		(select oid from pg_language where lanname = 'plpgsql') and p.proconfig is null
		and p.proname not in ('reference_stays', 'event_stays')
$$, 'and so have all that read tables');
select is_empty($$
	select relname from pg_class where relowner = 'tiepdan_app'::regrole
	union all select proname from pg_proc where proowner = 'tiepdan_app'::regrole
$$, 'the server''s role owns nothing');
select is((select array[rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication] from pg_roles where rolname = 'tiepdan_app'),
	'{f,f,f,f,f}', 'and has no special power');
select is_empty($$
	select c.oid::regclass, x from pg_class c, unnest('{insert,update,delete,truncate,references,trigger}'::text[]) x
	where c.relnamespace = 'tiepdan'::regnamespace and c.relkind in ('r', 'p') and has_table_privilege('tiepdan_app', c.oid, x)
$$, 'it may write no table');
select set_eq($$
	select relname::text from pg_class where relnamespace = 'tiepdan'::regnamespace and relrowsecurity and relkind in ('r', 'p')
$$, '{ticket,clock,holding,note,message,reply,rating,event,event_text,contact,once,login_code,session,account,account_role,clock_running,clock_running_0,clock_running_1,question,extension,alarm,notice,notice_load,redating,review,reply_review,review_request,reply_template,ticket_excluded,part,bounce,saved_filter,work_profile,work_skill,absence,department_work,assignment_wait,attachment,ticket_merge,ticket_relation,publication,publication_finding,triage_suggestion,duty,ticket_clerk,petition,ticket_against,ticket_danger,ticket_tag,reorganisation,filed_as,suggestion_learned,suggestion_example,suggestion_gram,suggestion_served,suggestion_holder,ticket_alike,ticket_alike_key,alike_cluster,ticket_search,search_word,rehearsal,rehearsal_pair,rehearsal_ticket,rehearsal_rule,rule_set,rule_set_name,password,second_factor,recovery_code,sign_in_brake,account_event,reseal,delegation,glass,account_identity,sign_in_flow,citizen,citizen_code,citizen_event,citizen_ticket,ticket_hold,disposal,disposal_ticket,data_request,data_request_letter,ticket_restriction,account_grant,report_fact,report_touched,report_path}'::text[],
	'row-level security stands on every table about tickets and people');
select is_empty($$
	select c.oid::regclass from pg_class c where c.relnamespace = 'tiepdan'::regnamespace and c.relkind in ('r', 'p')
		and not c.relrowsecurity and has_table_privilege('tiepdan_app', c.oid, 'select')
		and c.relname not in ('migration', 'schema_info', 'setting', 'reference_version', 'calendar', 'calendar_hours', 'calendar_day', 'area',
			'department', 'category', 'kind', 'profile', 'policy', 'route_rule', 'refusal_reason', 'state', 'action', 'move', 'move_role',
			'role', 'sight', 'sight_right', 'role_right', 'promise', 'department_load', 'clock_kind', 'action_clock', 'alarm_level', 'clock_slot')
$$, 'what it reads without is reference data');
select is_empty($$
	select c.oid::regclass from pg_class c where c.relnamespace = 'tiepdan'::regnamespace and c.relispartition
		and has_table_privilege('tiepdan_app', c.oid, 'select')
$$, 'and no partition behind the back of its table');
select is((select count(*) from event_default), 0::bigint, 'the default partition of events is empty');
select ok(not has_column_privilege('tiepdan_app', 'tiepdan.contact', 'box', 'select'), 'contacts are out of reach');
select is((select oldest_binary from schema_info), (select 58), 'the schema says which programs it carries');
insert into migration (version, name, checksum) values (9000, 'of a test', repeat('0', 64));
select lives_ok('select serves(9000)', 'a program that knows these migrations is served');
select lives_ok('select serves(8999)', 'and one of before, while the schema carries it');
select throws_ok('select serves(9001)', 'TD701', null, 'not one that knows more');
update schema_info set oldest_binary = 9000;
select throws_ok('select serves(8999)', 'TD702', null, 'nor one that was left behind');
select lives_ok('select serves(9000)', 'but the oldest that is carried');
select * from finish();
rollback;
