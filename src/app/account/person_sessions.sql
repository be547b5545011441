-- The open sessions of somebody.
-- in: account uuid
-- out: body text
select tiepdan.person_sessions(:'account') as body
