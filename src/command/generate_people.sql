-- Who works where, by roles.
-- in: none
-- out: department int, role text, id uuid
-- as: owner
select a.department, r.role, a.id from tiepdan.account a join tiepdan.account_role r on r.account = a.id
where a.active and r.role in ('officer', 'head', 'coordinator') order by a.department, r.role, a.login
