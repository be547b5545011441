-- Signs in somebody whom the identity provider vouches for, and opens the session; a flow counts once. roles: those that the provider
-- gives, NULL: it does not say. department: where somebody unknown gets an account, NULL: nowhere.
-- in: flow uuid, flow_expires timestamptz, issuer text, subject text, login text, name text, roles text[], department text,
-- assurance int, session uuid, expires timestamptz, strong text[], client text, replay bytea
-- out: account uuid, citizen bool, roles text, department int, expires_ms int, generation int, body text
-- as: definer
-- pool: door
select account, citizen, roles, department, (extract(epoch from expires) * 1000)::bigint as expires_ms, generation, body
from tiepdan.sign_in_oidc(row(:'flow', :'flow_expires', :'issuer', :'subject', :'login', :'name', :'roles', :'department', :'assurance')::tiepdan.vouched,
	:'session', :'expires', :'strong', :'client', :'replay')
