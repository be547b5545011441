-- What happened to the account of the citizen who calls, newest first.
-- in: after text, limit int
-- out: item text, key text
select item, key from tiepdan.citizen_events(:'after', :'limit')
