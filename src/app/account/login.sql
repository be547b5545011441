-- Signs in with what was looked at, uses up what counts once, and opens the session, or that which the same request (replay) has opened a
-- moment ago; roles are separated by commas, body is the account as JSON.
-- in: account uuid, code_hash bytea, seen text, step int, box bytea, recovery bytea, hash text, slots int[], session uuid, expires timestamptz,
-- strong text[], client text, replay bytea
-- out: session uuid, account uuid, citizen bool, roles text, department int, expires_ms int, generation int, body text
-- as: definer
-- pool: door
select of_session as session, (opened).account, (opened).citizen, (opened).roles, (opened).department,
	(extract(epoch from (opened).expires) * 1000)::bigint as expires_ms, (opened).generation, (opened).body
from tiepdan.sign_in(:'account', :'code_hash', :'seen', :'step', :'box', :'recovery', :'hash', :'slots', :'session', :'expires', :'strong', :'client',
	:'replay')
