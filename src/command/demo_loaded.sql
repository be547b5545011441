-- A row when the person who marks the demo is there.
-- in: login text
-- out: id uuid
-- as: owner
select id from tiepdan.account where login = :'login'
