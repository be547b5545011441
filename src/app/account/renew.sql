-- Renews a session of staff or of a citizen. state: renewed, ended or reused; only the first has the rest.
-- in: session uuid, generation int, idle_minutes int, citizen_idle_minutes int
-- out: state text, account uuid, citizen bool, roles text, department int, expires_ms int, generation int, body text
-- as: definer
-- pool: door
select state, (opened).account, (opened).citizen, (opened).roles, (opened).department, (extract(epoch from (opened).expires) * 1000)::bigint as expires_ms,
	(opened).generation, (opened).body
from tiepdan.session_renew(:'session', :'generation', :'idle_minutes', :'citizen_idle_minutes')
