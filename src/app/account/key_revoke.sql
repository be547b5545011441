-- Ends a key.
-- in: account uuid, key uuid
-- out: done text
select tiepdan.key_revoke(:'account', :'key')::text as done
