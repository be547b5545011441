-- Confirms or refuses a guarded role that another administrator has given.
-- in: account uuid, grant uuid, confirm bool
-- out: body text, etag text
select body, body::json->>'version' || '-' || left(md5(body), 12) as etag
from tiepdan.grant_decide(:'account', :'grant', :'confirm') as body
