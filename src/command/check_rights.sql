-- Is the present role as harmless as the server's has to be: no superuser, no bypass, owner of nothing?
-- in: none
-- out: harmless bool
-- as: owner
select not r.rolsuper and not r.rolbypassrls
	and not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'tiepdan' and pg_has_role(r.oid, c.relowner, 'member'))
from pg_roles r where r.rolname = current_user
