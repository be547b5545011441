-- The same of departments that would get such tickets.
-- in: none
-- out: fault text
-- as: owner
select coalesce(tiepdan.unseen_departments(), '') as fault
