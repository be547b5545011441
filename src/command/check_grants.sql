-- Roles that wait for a second administrator: that there is none who could confirm them, and which have waited for more than a day. What the
-- operator has given meanwhile waits no longer.
-- in: none
-- out: fault text
-- as: owner
with admin as (
	select a.id, a.login from tiepdan.account a join tiepdan.account_role r on r.account = a.id and r.role = 'admin' where a.active and not a.machine
), waiting as (
	select g.role || ' of ' || a.login as what, g.asked_at,
			exists (select from admin where id <> all (g.also || g.asked_by || g.account)) as confirmable
		from tiepdan.account_grant g join tiepdan.account a on a.id = g.account and a.active
		where g.decided_at is null and not exists (select from tiepdan.account_role r where r.account = g.account and r.role = g.role)
), named as (
	select confirmable, count(*) as n, array_to_string((array_agg(what order by asked_at, what))[:5], ', ') as list from waiting
		where not confirmable or asked_at < now() - interval '1 day' group by confirmable
)
select concat_ws('; ',
	case when (select value from tiepdan.setting where name = 'guarded_roles') <> 1 then null
		when (select count(*) from admin) = 0 then 'nobody administers, so nobody can confirm a role'
		when (select count(*) from admin) = 1 then format('only %s administers, so nobody can confirm a role', (select login from admin)) end,
	(select 'nobody can confirm ' || list || case when n > 5 then ', ...' else '' end from named where not confirmable),
	(select 'for more than a day these have waited to be confirmed: ' || list || case when n > 5 then ', ...' else '' end from named where confirmable))
	as fault
