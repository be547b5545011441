-- What makes adding rows to these tables slow, each with the statements that drop it and make it again: foreign keys from and to them, keys, and
-- indexes that no key has. In the order in which they can be dropped; they are made in the opposite one.
-- in: tables text[]
-- out: drop text, make text
-- as: owner
select drop, make from (
	select case contype when 'f' then 1 else 2 end as turn, format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
		format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as make
	from pg_constraint
	where contype in ('f', 'p', 'u', 'x') and conparentid = 0
		and (conrelid = any (:'tables'::regclass[]) or contype = 'f' and confrelid = any (:'tables'::regclass[]))
	union all
	select 3, format('drop index tiepdan.%I', r.relname), replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
	from pg_index i join pg_class r on r.oid = i.indexrelid
	where i.indrelid = any (:'tables'::regclass[]) and r.relkind in ('i', 'I') and not r.relispartition
		and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x'))) x
order by turn
