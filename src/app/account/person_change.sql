-- Changes an account of this version; NULL leaves what it is about as it is.
-- in: account uuid, version int, name text, department text, roles text[], email text, language text, state text
-- out: body text, etag text
select body, tiepdan.account_tag(body) as etag
from tiepdan.person_change(:'account', :'version', :'name', :'department', :'roles', :'email', :'language', :'state' = 'active') as body
