-- outside a transaction
--
-- Accounts and what else was there before 0093 gets its event, each in a transaction of its own, so that nobody waits for more than a row. One
-- that broke off is done again from the beginning: what has been told is not told twice.
set search_path = tiepdan, public;
set synchronous_commit = off;
do $$
declare
	r record;
begin
	for r in select 'account' as of, id from account union all select 'delegation', id from delegation
			union all select 'account_event', id from account_event where type not like 'session.%'
			union all select 'configuration_change', id from configuration_change loop
		perform row_tell(r.of, r.id);
		commit;
	end loop;
end $$;
set synchronous_commit = on;
