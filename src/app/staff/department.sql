-- How the caller's department assigns, and what waits to be assigned.
-- in: now timestamptz
-- out: body text, etag text
select body, etag from tiepdan.department_work_item(:'now')
