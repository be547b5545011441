-- What a run has left behind that did not end.
-- in: none
-- out: name text
-- as: owner
select relname from pg_class where relnamespace = 'tiepdan'::regnamespace and relkind = 'r' and relname like 'generated\_%'
