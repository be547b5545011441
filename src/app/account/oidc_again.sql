-- The session that the same request has opened with this flow a moment ago; session is NULL where there is none.
-- in: flow uuid, replay bytea
-- out: session uuid, account uuid, citizen bool, roles text, department int, expires_ms int, generation int, body text
-- as: definer
-- pool: door
select of_session as session, (opened).account, (opened).citizen, (opened).roles, (opened).department,
	(extract(epoch from (opened).expires) * 1000)::bigint as expires_ms, (opened).generation, (opened).body
from tiepdan.sign_in_flow_again(:'flow', :'replay')
