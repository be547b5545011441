-- How the caller's department assigns, and what waits to be assigned.
-- in: now timestamptz
-- out: body text
select tiepdan.department_work_item(:'now') as body
