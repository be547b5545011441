-- People by login: of the caller's department for heads, of all for those who manage accounts, who alone find those that are switched off.
-- The token may name roles that the caller has no more.
-- in: state text, after text, limit int
-- out: item text, key text
select json_build_object('id', a.id, 'login', a.login, 'name', a.name,
		'roles', (select coalesce(json_agg(r.role order by o.position), '[]')
			from tiepdan.account_role r join tiepdan.role o on o.code = r.role where r.account = a.id),
		'department', tiepdan.department_named(a.department))::text as item,
	a.login as key
from tiepdan.account a
where a.active = (:'state' = 'active') and a.login > coalesce(:'after', '') and exists (select from tiepdan.role_right
	where role = any (tiepdan.caller_roles())
		and (might = 'accounts' or (might = 'colleagues' and a.active and a.department = tiepdan.caller_department())))
order by a.login limit :'limit' + 1
