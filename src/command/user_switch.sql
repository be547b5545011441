-- Switches an account on or off; switching it off ends its sessions and codes. No row: there is no such account.
-- in: login text, active bool
-- out: id uuid
-- as: owner
select tiepdan.account_save(a.login, a.name, d.code, array(select role from tiepdan.account_role r where r.account = a.id), :active)
from tiepdan.account a join tiepdan.department d on d.id = a.department
where a.login = lower(:'login')
