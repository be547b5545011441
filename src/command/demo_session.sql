-- A session for a person of the demo, for as long as the demo is being made.
-- in: session uuid, account uuid
-- out: none
-- as: owner
insert into tiepdan.session (id, account, expires_at) values (:'session', :'account', now() + interval '1 hour')
