-- Switches automatic assignment in the caller's department on or off.
-- in: automatic bool, at timestamptz, event uuid
-- out: body text
select tiepdan.department_work_set(:'automatic', :'at', :'event') as body
