-- What happened to an identity, newest first; without an account to the caller's own.
-- in: account uuid, after text, limit int
-- out: item text, key text
select item, key from tiepdan.account_events(coalesce(:'account', tiepdan.caller_account()), :'after', :'limit')
