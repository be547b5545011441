-- What makes adding rows to these tables slow, each with the statements that drop it and make it again: foreign keys, and indexes that
-- no constraint has.
-- in: tables text[]
-- out: drop text, make text
-- as: owner
select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname),
	format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
from pg_constraint c
where c.contype = 'f' and c.conrelid = any (:'tables'::regclass[]) and c.conparentid = 0
union all
select format('drop index tiepdan.%I', r.relname), pg_get_indexdef(i.indexrelid)
from pg_index i join pg_class r on r.oid = i.indexrelid
where i.indrelid = any (:'tables'::regclass[]) and r.relkind = 'i' and not r.relispartition
	and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
