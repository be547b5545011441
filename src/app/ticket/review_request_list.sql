-- Reviews that wait for the caller, or (own) that the caller asked others for; oldest first.
-- in: own bool, after text, limit int
-- out: item text, key text
select item, key from tiepdan.review_request_list(:'own', :'after', :'limit')
