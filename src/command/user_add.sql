-- Makes or changes a staff account; its roles are replaced.
-- in: login text, name text, department text, roles text[]
-- out: id uuid
-- as: owner
select tiepdan.account_save(:'login', :'name', :'department', :'roles')
