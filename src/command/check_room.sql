-- What keeps PostgreSQL slow when thousands call within an hour; empty: nothing does. The log that there is none of yet is written twice, and few
-- checkpoints write a page after it was changed the first time. Sizes: shared_buffers is counted in 8 kB, the others in MB.
-- in: none
-- out: narrow text
-- as: owner
select coalesce(string_agg(format('%s is %s', name, current_setting(name)), ', ' order by name), '') as narrow
from pg_settings left join (values ('shared_buffers', 65536), ('min_wal_size', 1024), ('max_wal_size', 4096)) w (name, least) using (name)
where name = 'wal_compression' and setting in ('on', 'pglz') or setting::text ~ '^[0-9]+$' and least is not null and setting::bigint < least
