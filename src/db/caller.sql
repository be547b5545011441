-- Says who is calling, at the head of a unit: settings that end with the transaction. TD401 when the session has ended.
-- in: kind text, account uuid, session uuid, read_only bool, timeout int
-- out: entered text
select tiepdan.caller_enter(:'kind', :'account', :'session', :'read_only', :'timeout')::text as entered
