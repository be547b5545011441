-- Switches automatic assignment in the caller's department on or off.
-- in: version int, automatic bool, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.department_work_set(:'version', :'automatic', :'at', :'event')
