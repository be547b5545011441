-- The configuration: versions that grow exactly with their kind, a record of every change in whatever way it came, some rows and
-- whole files, bounds, comparison, and files in one order.
begin;
set search_path = test, tiepdan, public;
select plan(65);
create function pg_temp.version(p_kind text) returns bigint language sql as $$ select version from configuration_kept where kind = p_kind $$;
create function pg_temp.record(p_kind text) returns configuration_change language sql as $$
	select * from configuration_change where kind = p_kind order by version desc limit 1
$$;
create function pg_temp.put(p_kind text, p_rows jsonb, p_some boolean default true, p_dry boolean default false, p_version bigint default null) returns jsonb
language sql as $$
	select coalesce(jsonb_agg(concat_ws(' ', line, message)) filter (where message is not null), (min(body)::jsonb))
	from configuration_put(p_kind, coalesce(p_version, pg_temp.version(p_kind)), p_rows, p_some, p_dry)
$$;
-- What ends a transaction, in the middle of this one.
create function pg_temp.finish() returns void language plpgsql as $$
begin
	set constraints all immediate;
	set constraints all deferred;
end $$;

-- What the migration found, and what came since.
select is_empty($$select code from import_kind where code not in (select kind from configuration_kept)$$, 'every kind has a version');
select is_empty($$select kind from configuration_kept where content <> import_snapshot(kind)$$, 'of what stands in its tables');
select is((select array[version::text, command, counts::text] from configuration_change where kind = 'areas'),
	array['2', 'owner', '{"added": 127, "changed": 0, "removed": 0}'], 'the first import is the first change');
select is_empty($$
	select distinct c.relname from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
		join pg_class c on d.refclassid = 'pg_class'::regclass and c.oid = d.refobjid
	where r.ev_class = 'import_row'::regclass and c.relkind = 'r'
		and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'configuration_touched')
$$, 'every table of it is watched (a migration with a new kind runs configuration_watch())');
select is((select array_agg(code order by position) from import_kind where position < 1000), '{calendars,hours,days,areas,departments,categories,kinds,'
	'profiles,policies,alarm_levels,refusal_reasons,organisations,templates,triage_words,triage_texts,settings}', 'the order of the kinds');

-- Whoever writes, and in whatever way.
create temp table before as select kind, version from configuration_kept;
update area set name_en = name_en;
select pg_temp.finish();
select is_empty($$select kind from configuration_kept join before using (kind, version) right join before b using (kind) where configuration_kept.kind is null$$,
	'what changes nothing makes no version');
update category set level = 'urgent' where code = 'roads.surface';
update category set level = 'complex' where code = 'roads.surface';
select pg_temp.finish();
select is((select (c.changes, c.command, c.version)::text from pg_temp.record('categories') c), (select (jsonb_build_array(jsonb_build_object('change', 'changed',
	'key', 'roads.surface', 'before', cells || '{"level": "normal"}', 'after', cells)), 'postgres'::text, version + 1)::text
	from import_row r join before b using (kind) where r.kind = 'categories' and key = 'roads.surface'), 'one change of a transaction, with before and after');
select is((select array_agg(k.kind) from configuration_kept k join before b using (kind) where k.version <> b.version), '{categories}', 'of this kind alone');
select is((select count(*) from configuration_touch), 0::bigint, 'nothing is left behind');
select is((select hash from pg_temp.record('categories')), (select configuration_hash(c) from pg_temp.record('categories') c), 'it has its hash');
select is(attempt($$update configuration_change set account = null$$), '23001', 'it stays');
select is(attempt($$delete from configuration_change$$), '23001', 'and is not removed');
select is(attempt($$truncate configuration_change$$), '23001', 'nor all of them');
savepoint s;
update category set level = 'normal' where code = 'roads.surface';
rollback to s;
select pg_temp.finish();
select is(pg_temp.version('categories'), (select version + 1 from before where kind = 'categories'), 'what is taken back was nothing');

-- Rights.
select enter('head.HN-SXD');
select is(attempt($$select pg_temp.put('kinds', '[]')$$), 'TD403', 'a head changes nothing');
select is(attempt($$select configuration_show('kinds')$$), 'TD403', 'nor reads it here');
select enter('coordinator.HN-EIC');
select is(attempt($$select configuration_compare('[]')$$), 'TD403', 'the hub compares nothing');
select is((select jsonb_array_length(body::jsonb->'rows') from configuration_show('kinds')), 12, 'but reads it');
select is((select item::json->>'rows' from configuration_list('0', 1) limit 1), '3', 'and the list');

-- Some rows.
select enter('admin.HN-EIC');
select is(attempt($$select pg_temp.put('nothing', '[]', p_version := 1)$$), 'TD404', 'no such kind');
select is(attempt($$select pg_temp.put('kinds', '[]', p_version := 99)$$), 'TD412', 'another version');
select is(pg_temp.put('categories', '[{"line": 1, "code": "roads.surface", "level": "urgent"}]', p_dry := true)->'counts',
	'{"added": 0, "left": 59, "changed": 1, "removed": 0}', 'a trial');
select is((select level from category where code = 'roads.surface'), 'complex', 'changes nothing');
select is(pg_temp.put('categories', '[{"line": 1, "code": "roads.surface", "level": "urgent"}]')#>>'{changes,0,after,name_vi}', 'Mặt đường, ổ gà',
	'a member that is left out stays');
select is((select (account, command)::text from pg_temp.record('categories')), (select (id, null)::text from account where login = 'admin.hn-eic'), 'in whose name');
select is(pg_temp.put('categories', '[{"line": 1, "code": "roads.surface", "level": "urgent"}]')#>>'{changes}', '[]', 'once is enough');
select is(pg_temp.version('categories'), (select version + 2 from before where kind = 'categories'), 'nothing changed, no version');
select is(pg_temp.put('departments', '[{"line": 1, "code": "HN-SXD", "note": "Ghi chú"}, {"line": 2, "code": "HN-SXD", "note": null}]'),
	'["2 the same row stands in line 1 already"]', 'not twice');
select is(pg_temp.put('departments', '[{"line": 1, "code": "HN-SXD", "note": "Ghi chú"}]')#>>'{changes,0,after,note}', 'Ghi chú', 'a note');
select is(pg_temp.put('departments', '[{"line": 1, "code": "HN-SXD", "note": null}]')#>>'{changes,0,after,note}', null, 'and none: null empties');
select is(pg_temp.put('categories', '[{"line": 1, "code": "roads.surface", "level": "soon", "colour": "red"}, {"line": 2, "code": "roads.new"}]'),
	'["1 colour: unknown column", "1 level: \"soon\" is not one of normal, urgent, complex", "2 department: is missing", "2 level: is missing", '
	'"2 name_en: is missing", "2 name_vi: is missing", "2 visibility: is missing"]', 'every fault at its row');
select is(pg_temp.put('hours', '[{"line": 1, "calendar": "office", "weekday": "sat", "opens": "08:00", "closes": "11:00"}]')->'counts',
	'{"added": 1, "left": 18, "changed": 0, "removed": 0}', 'rows of a kind whose files replace: the others of the calendar stay');
select is((select count(*) from calendar_hours where calendar = 'office'), 11::bigint, 'indeed');
select is(pg_temp.put('alarm_levels', (select jsonb_agg(cells || '{"line": 1, "audiences": "hub"}') from import_row where kind = 'alarm_levels' and key = '* 1'))->'counts',
	'{"added": 0, "left": 0, "changed": 1, "removed": 0}', 'and of the ladder');
select ok((select definition::text like '%"sat"%' from calendar_version where calendar = 'office' order by version desc limit 1), 'a calendar has its version as well');

-- Whole files.
select is(pg_temp.put('profiles', '[{"line": 2, "code": "khac", "name_vi": "Khác", "name_en": "Other"}]', false)->'counts',
	'{"added": 1, "left": 11, "changed": 0, "removed": 0}', 'rows that a file does not name are left');
select is(pg_temp.put('departments', (select jsonb_agg(cells || '{"line": 2, "hub": "false"}') from import_row where kind = 'departments' and cells->>'hub' = 'true'), false),
	'["1 no department is the hub"]', 'the city stays one that servers can work with');
select is(pg_temp.put('hours', (select jsonb_agg(jsonb_build_object('line', 2, 'calendar', code, 'weekday', 'mon', 'opens', '08:00', 'closes', '09:00',
	'valid_to', '2001-01-01', 'valid_from', '2000-01-01')) from calendar), false), '["1 the calendar always would not have a single working day"]', 'with working days');

-- Who sees what is nobody's choice.
select matches(pg_temp.put('kinds', '[{"line": 4, "code": "denunciation", "sight": null}]')->>0, '^4 breaks the rule kind_named_people', 'a denunciation is for named people');
select matches(pg_temp.put('kinds', '[{"line": 4, "code": "data_request", "sight": "public"}]')->>0, '^4 breaks the rule kind_named_people', 'and so is a request about personal data');

-- Numbers.
select is(pg_temp.put('settings', '[{"line": 1, "name": "close_after_days", "value": 0}, {"line": 2, "name": "none", "value": 1}]'),
	'["2 name: \"none\" is not known among settings"]', 'a setting that there is');
select is(pg_temp.put('settings', '[{"line": 1, "name": "close_after_days", "value": 0}]'), '["1 breaks the rule setting_bounds: close_after_days is from 1 to 365"]',
	'within its bounds');
select is(import_told_vi('breaks the rule setting_bounds: close_after_days is from 1 to 365'), 'close_after_days phải nằm trong khoảng từ 1 đến 365', 'in Vietnamese');
select is(pg_temp.put('settings', '[{"line": 1, "name": "close_after_days", "value": "-1"}]'),
	'["1 value: \"-1\" is not a whole number of up to six digits, not negative"]', 'what is negative is told so');
select is(import_told_vi('value: "-1" is not a whole number of up to six digits, not negative'),
	'value: "-1" không phải là số nguyên không âm có tối đa sáu chữ số', 'in Vietnamese, too');
select is(pg_temp.put('settings', '[{"line": 1, "name": "close_after_days", "value": 20}]')#>>'{changes,0,after,note}',
	(select note from setting where name = 'close_after_days'), 'the note stays');
select is((select value from setting where name = 'close_after_days'), 20, 'changed');
select is_empty($$select name from setting where value not between least and most$$, 'all are within theirs');
select is_empty($$select name from setting where (least, most) = (0, 1000000)$$, 'each has bounds of its own');
select is((select least from setting where name = 'suggestion_witnesses'), 3, 'no n-gram of one or two people is ever served');
select throws_ok($$insert into setting (name, value, note) values ('new', 1, 'new')$$, '23502', null, 'and the next one cannot go without');
select is_empty($$select wanted from import_type where import_told_vi('x: "y" is not ' || wanted) like '%is not%'$$, 'every fault has Vietnamese words');

-- Comparison.
create function pg_temp.compared(p_files jsonb) returns jsonb language sql as $$
	select coalesce(jsonb_agg(concat_ws(' ', file, line, message)) filter (where message is not null), min(body)::jsonb) from configuration_compare(p_files)
$$;
create temp table now as select kind, version from configuration_kept;
select is(pg_temp.compared('[{"kind": "categories", "rows": [{"line": 2, "code": "new", "name_vi": "Mới", "name_en": "New", "department": "NEW", "level": "normal",
	"visibility": "public"}]}, {"kind": "departments", "rows": [{"line": 2, "code": "NEW", "kind": "department", "name_vi": "Mới", "name_en": "New"}]}]')->'counts',
	'{"added": 2, "left": 218, "changed": 0, "removed": 0}', 'files need each other in the order of the kinds');
select is(pg_temp.compared('[{"kind": "profiles", "rows": []}, {"kind": "kinds", "rows": [{"line": 7, "code": "x"}]}]')->>0, '1 7 name_en: is missing', 'a fault names its file');
select is(pg_temp.compared('[{"kind": "gossip", "rows": []}]'), '["0 1 unknown kind \"gossip\""]', 'no such kind');
select is(pg_temp.compared('[{"kind": "kinds", "rows": []}, {"kind": "kinds", "rows": []}]'), '["1 1 the kind \"kinds\" stands twice"]', 'not twice');
select pg_temp.finish();
select is_empty($$select kind from configuration_kept where not exists (select from now n where n.kind = configuration_kept.kind and n.version = configuration_kept.version)$$,
	'nothing has changed');

-- Files.
select results_eq($$select value, is_last from configuration_sheet('profiles') limit 6$$, $$select * from (values ('code', false), ('name_vi', false), ('name_en', true)) v (a, b)
	union all (select x, n = 3 from (select cells from import_row where kind = 'profiles' order by key collate "C" limit 1) r,
		unnest(array[cells->>'code', cells->>'name_vi', cells->>'name_en']) with ordinality u (x, n))$$, 'the columns, then the rows in order');
select is_empty($$select kind, name from import_row, jsonb_each(cells) c (name, cell) where jsonb_typeof(cell) in ('array', 'object')$$,
	'no cell is a list or an object');
select is((select count(distinct kind) from configuration_sheet(null)), (select count(*) from import_kind), 'all kinds at once');

-- The record as a list.
select is((select array_agg(item::json->>'kind') from (select item from configuration_changes('settings', null, null, null, 10)) x), '{settings}', 'of one kind');
select is((select count(*) from configuration_changes(null, now() - interval '1 minute', now() + interval '1 second', null, 3)), 4::bigint, 'a page, and one more');
select is((select count(*) from configuration_changes(null, now() + interval '1 second', null, null, 10)), 0::bigint, 'since then none');
select is((select body::json#>>'{changes,0,after,value}' from configuration_changes('settings', null, null, null, 1) l,
	configuration_change_show((l.item::json->>'id')::uuid)), '20', 'one as a whole');
select is((select item::json#>>'{by,account,name}' from configuration_changes('settings', null, null, null, 1)), (select name from account where login = 'admin.hn-eic'), 'by whom');
select * from finish();
rollback;
