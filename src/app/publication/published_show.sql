-- A published ticket by its number, or with its key.
-- in: number int, key text
-- out: body text
-- as: definer
select body from tiepdan.published_show(:'number', :'key')
