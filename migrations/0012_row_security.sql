-- Row-level security: what the role of the server can see of tickets, whatever statement it runs. It may write nothing
-- directly; writing is done by functions with the owner's rights, which apply may_see() themselves. That is also why it
-- is not forced on the owner: these functions are the only thing that runs as the owner while the server is up.
set local search_path = tiepdan, public;

alter table ticket enable row level security;
create policy ticket_seen on ticket for select to tiepdan_app
	using (may_see(sight, holder, (select caller_sees_all()), (select caller_sees_own()), (select caller_department())));

-- What hangs on a ticket is seen with the ticket: the subquery is under the policy above.
do $$
declare
	t text;
begin
	foreach t in array array['clock', 'holding', 'note', 'message', 'reply', 'rating', 'event'] loop
		execute format('alter table %I enable row level security', t);
		execute format('create policy %1$s_seen on %1$I for select to tiepdan_app
			using (exists (select from ticket t where t.id = %1$I.ticket))', t);
	end loop;
end $$;

-- No policy, so no row: the functions are the only way.
alter table contact enable row level security;
alter table once enable row level security;
alter table login_code enable row level security;
alter table session enable row level security;

-- Names of staff are for staff.
alter table account enable row level security;
create policy account_seen on account for select to tiepdan_app using ((select caller_account()) is not null);
alter table account_role enable row level security;
create policy account_role_seen on account_role for select to tiepdan_app using ((select caller_account()) is not null);
