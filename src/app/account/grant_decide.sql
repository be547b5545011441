-- Confirms or refuses a guarded role that another administrator has given.
-- in: account uuid, grant uuid, confirm bool
-- out: body text, etag text
select body, tiepdan.account_tag(body) as etag
from tiepdan.grant_decide(:'account', :'grant', :'confirm') as body
