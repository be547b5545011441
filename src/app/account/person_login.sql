-- The login of an account that an administrator names, for its one-time code.
-- in: account uuid
-- out: login text
select (tiepdan.person_show(:'account')::jsonb)->>'login' as login
