-- Makes an account.
-- in: login text, name text, department text, roles text[], email text, language text, machine bool
-- out: id uuid, body text
select account as id, body from tiepdan.person_make(:'login', :'name', :'department', :'roles', :'email', :'language', :'machine')
