-- Makes an account.
-- in: login text, name text, department text, roles text[], email text, language text, machine bool
-- out: id uuid, body text, etag text
select account as id, body, tiepdan.account_tag(body) as etag
from tiepdan.person_make(:'login', :'name', :'department', :'roles', :'email', :'language', :'machine')
