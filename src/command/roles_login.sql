-- Lets a role of the server sign in, with the verifier of a password.
-- in: role text, verifier text
-- out: done text
-- as: owner
select tiepdan.role_login(:'role', :'verifier')::text as done
