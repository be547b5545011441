-- What lets PostgreSQL say that something is stored that a crash may take, as the server's role has it; empty: nothing does.
-- in: none
-- out: lost text
-- as: owner
select coalesce(string_agg(name || ' is off', ', ' order by name), '') as lost
from (values ('fsync'), ('full_page_writes'), ('synchronous_commit')) s (name) where current_setting(name) = 'off'
