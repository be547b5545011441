-- Changes an account; NULL leaves what it is about as it is.
-- in: account uuid, name text, department text, roles text[], email text, language text, state text
-- out: body text
select tiepdan.person_change(:'account', :'name', :'department', :'roles', :'email', :'language', :'state' = 'active') as body
