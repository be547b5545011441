-- Departments with open tickets that nobody may see, as one line: denunciations and requests about personal data of a department that
-- has no officer for them; empty when there are none.
-- in: none
-- out: fault text
-- as: owner
select coalesce(tiepdan.unseen_tickets(), '') as fault
