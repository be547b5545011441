-- Whether somebody who is active is head of the hub.
-- in: none
-- out: headed bool
-- as: owner
select exists (select from tiepdan.account a join tiepdan.account_role r on r.account = a.id
	join tiepdan.department d on d.id = a.department where a.active and r.role = 'hub_head' and d.hub) as headed
