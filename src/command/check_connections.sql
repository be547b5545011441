-- What PostgreSQL lets in, how many of these places it keeps for superusers, how many others than servers of this database have, and on how many machines
-- such servers run, this one among them: of sessions of other roles it is not known from where they
-- come, nor of what type they are. Narrowest: what the database and the role of the server let in; -1: they have no limit of their own.
-- in: none
-- out: most int, kept int, others int, machines int, narrowest int
-- as: owner
select current_setting('max_connections')::bigint as most,
	current_setting('superuser_reserved_connections')::bigint + coalesce(current_setting('reserved_connections', true), '0')::bigint as kept,
	count(*) filter (where not (a.datname = current_database() and a.application_name like 'tiepdan key %') and a.pid <> pg_backend_pid()) as others,
	count(distinct coalesce(host(a.client_addr), '')) filter (where a.pid = pg_backend_pid()
		or (a.datname = current_database() and a.application_name like 'tiepdan key %' and a.usename = current_user)) as machines,
	coalesce((select min(l.most) from (select datconnlimit from pg_database where datname = current_database()
		union all select rolconnlimit from pg_roles where rolname = current_user) l (most) where l.most >= 0), -1)::bigint as narrowest
from pg_stat_activity a where coalesce(a.backend_type = 'client backend', a.datname is not null)
