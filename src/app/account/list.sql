-- Active people: of the caller's department, or of all for those who manage accounts; by login.
-- in: after text, limit int
-- out: item text, key text
select json_build_object('id', a.id, 'login', a.login, 'name', a.name,
		'roles', (select coalesce(json_agg(r.role order by o.position), '[]')
			from tiepdan.account_role r join tiepdan.role o on o.code = r.role where r.account = a.id),
		'department', tiepdan.department_named(a.department))::text as item,
	a.login as key
from tiepdan.account a
where a.active and a.login > coalesce(:'after', '') and (a.department = tiepdan.caller_department()
	or exists (select from tiepdan.role_right where might = 'accounts' and role = any (tiepdan.caller_roles())))
order by a.login limit :'limit' + 1
