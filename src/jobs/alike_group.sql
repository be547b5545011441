-- Lets each ticket join the event of the one that it is most like; a nil one: its own.
-- in: tickets uuid[], matches uuid[]
-- out: grouped int
-- as: definer
select tiepdan.alike_group(:'tickets', :'matches') as grouped
