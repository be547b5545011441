-- Signs in with a one-time code and opens the session; roles are separated by commas, body is the account as JSON.
-- in: login text, code_hash bytea, session uuid, expires timestamptz
-- out: account uuid, roles text, department int, body text
-- as: definer
select account, roles, department, body from tiepdan.session_open(:'login', :'code_hash', :'session', :'expires')
