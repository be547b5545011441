-- Who administers and decides about tickets, where the operator wants them apart.
-- in: none
-- out: logins text
-- as: owner
select coalesce(string_agg(login, ', ' order by login), '') as logins from tiepdan.account where active and tiepdan.account_mixes(id)
