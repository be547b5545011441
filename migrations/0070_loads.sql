-- How many open tickets the departments have that rules ask about (`load HN-SXD >= 2000`, civil/rules.h). The job worker counts now and then,
-- so that no filing has to; servers hear when a figure has changed.
set local search_path = tiepdan, public;

create table department_load (
	department bigint not null,
	open       bigint not null,
	constraint department_load_pk primary key (department),
	constraint department_load_department_fk foreign key (department) references department
);
comment on table department_load is 'Open tickets of the departments that active rules name in a condition.';

create function department_loads_renew() returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_changed bigint;
begin
	with counted as materialized (
		select d.id, (select count(*) from ticket t where t.holder = d.id and not t.done) as open
		from department d where d.code in (
			select n.code from rule_set s join rule_set_name n on n.rule_set = s.id and n.what = 'department' and not n.effect
			where s.state = 'active')),
	gone as (
		delete from department_load l where not exists (select from counted c where c.id = l.department) returning l.department),
	put as (
		insert into department_load select id, open from counted order by id
		on conflict on constraint department_load_pk do update set open = excluded.open where department_load.open <> excluded.open
		returning department)
	select (select count(*) from gone) + (select count(*) from put) into v_changed;
	if v_changed > 0 then
		notify department_loads;
	end if;
	return v_changed;
end $$;

grant select on department_load to tiepdan_app;
revoke execute on function department_loads_renew from public;
grant execute on function department_loads_renew to tiepdan_app;
