-- Open tickets of departments that rules ask about.
-- in: none
-- out: department int, open int
-- as: definer
select department, open from tiepdan.department_load order by department
