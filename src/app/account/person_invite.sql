-- Keeps a one-time code for somebody; reset takes away what they sign in with.
-- in: account uuid, code_hash bytea, expires timestamptz, reset bool
-- out: done text
select tiepdan.person_invite(:'account', :'code_hash', :'expires', :'reset')::text as done
