-- Makes or changes a staff account; its roles are replaced, its e-mail address and its language only when one is given.
-- in: login text, name text, department text, roles text[], email text, language text
-- out: id uuid
-- as: owner
select tiepdan.account_language_save(tiepdan.account_email_save(tiepdan.account_save(:'login', :'name', :'department', :'roles'), :'email'),
	:'language')
