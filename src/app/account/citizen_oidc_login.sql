-- Signs in a citizen whom the identity provider vouches for; a flow counts once. citizen: the id of somebody new.
-- in: flow uuid, flow_expires timestamptz, issuer text, subject_index bytea, citizen uuid, assurance int, session uuid, expires timestamptz, client text,
-- replay bytea
-- out: account uuid, citizen bool, expires_ms int, generation int, body text
-- as: definer
-- pool: door
select account, citizen, (extract(epoch from expires) * 1000)::bigint as expires_ms, generation, body
from tiepdan.citizen_sign_in_oidc(:'flow', :'flow_expires', :'issuer', :'subject_index', :'citizen', :'assurance', :'session', :'expires', :'client',
	:'replay')
