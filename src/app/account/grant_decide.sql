-- Confirms or refuses a guarded role that another administrator has given.
-- in: account uuid, grant uuid, confirm bool
-- out: body text
select tiepdan.grant_decide(:'account', :'grant', :'confirm') as body
