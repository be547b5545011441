-- Makes a text of rules the active set of the routing or of a department, unless it is that already; the number of the set that is active
-- then.
-- in: id uuid, title text, text text, rules int, names jsonb, department text
-- out: number int
-- as: owner
with name as (select * from jsonb_to_recordset(:'names') x (what text, code text, rule text, effect boolean, line bigint))
select tiepdan.rule_set_import(:'id', :'title', :'text', :'rules', array(select what from name), array(select code from name),
	array(select rule from name), array(select effect from name), array(select line from name), :'department')::bigint as number
