-- Ends the caller's session.
-- in: none
-- out: closed text
select tiepdan.session_close()::text as closed
