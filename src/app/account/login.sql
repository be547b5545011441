-- Signs in with what was looked at, uses up what counts once, and opens the session; roles are separated by commas, body is the account as
-- JSON.
-- in: account uuid, code_hash bytea, seen text, step int, box bytea, recovery bytea, hash text, slots int[], session uuid, expires timestamptz,
-- strong text[], client text
-- out: account uuid, citizen bool, roles text, department int, expires_ms int, generation int, body text
-- as: definer
-- pool: door
select account, citizen, roles, department, (extract(epoch from expires) * 1000)::bigint as expires_ms, generation, body
from tiepdan.sign_in(:'account', :'code_hash', :'seen', :'step', :'box', :'recovery', :'hash', :'slots', :'session', :'expires', :'strong', :'client')
