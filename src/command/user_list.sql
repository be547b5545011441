-- All staff accounts.
-- in: none
-- out: login text, department text, state text, roles text, name text
-- as: owner
select a.login, d.code, case when a.active then 'active' else 'disabled' end,
	(select string_agg(role, ',' order by role) from tiepdan.account_role r where r.account = a.id), a.name
from tiepdan.account a join tiepdan.department d on d.id = a.department
order by a.login
