-- Counts the open tickets of the departments whose load rules ask about; tells the servers when that has changed.
-- in: none
-- out: changed int
-- as: definer
-- pool: slow
select tiepdan.department_loads_renew() as changed
