-- The caller's open sessions.
-- in: none
-- out: body text
select tiepdan.session_list() as body
