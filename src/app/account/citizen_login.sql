-- Signs a citizen in with a code that was looked at, or with what the same request (replay) has opened a moment ago. wait_s: seconds until the
-- next attempt; account is NULL where it does not come in.
-- in: request uuid, right bool, slots int[], free int[], session uuid, expires timestamptz, client text, replay bytea
-- out: wait_s int, session uuid, account uuid, citizen bool, expires_ms int, generation int, body text
-- as: definer
-- pool: door
select wait_s, of_session as session, (opened).account, (opened).citizen, (extract(epoch from (opened).expires) * 1000)::bigint as expires_ms,
	(opened).generation, (opened).body
from tiepdan.citizen_sign_in(:'request', :'right', :'slots', :'free', :'session', :'expires', :'client', :'replay')
