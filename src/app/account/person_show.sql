-- An account, for administrators.
-- in: account uuid
-- out: body text
select tiepdan.person_show(:'account') as body
