-- The caller: account, roles, department, end of the session.
-- in: none
-- out: body text
select body from tiepdan.me_show()
