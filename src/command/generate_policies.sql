-- Policies under which the time for an answer can be extended.
-- in: none
-- out: id int
-- as: owner
select id from tiepdan.policy where extensions > 0
