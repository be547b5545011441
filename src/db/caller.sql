-- Says who is calling, at the head of a unit: settings that end with the transaction. TD401 when the session has ended, TD403 when staff have
-- none of the roles `may` (any more); NULL: none is needed.
-- in: kind text, account uuid, session uuid, read_only bool, timeout int, may text[]
-- out: entered text
select tiepdan.caller_enter(:'kind', :'account', :'session', :'read_only', :'timeout', :'may')::text as entered
