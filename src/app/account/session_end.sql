-- Ends one of the caller's sessions; without an id all but the present one.
-- in: session uuid
-- out: ended text
select tiepdan.session_end(:'session')::text as ended
