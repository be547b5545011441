-- Ends the sessions of somebody.
-- in: account uuid
-- out: done text
select tiepdan.person_sessions_end(:'account')::text as done
