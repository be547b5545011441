-- Keeps a new one-time sign-in code of an active person; older ones end.
-- in: login text, code_hash bytea, expires_at timestamptz
-- out: account uuid
-- as: owner
select tiepdan.login_code_save(:'login', :'code_hash', :'expires_at')
