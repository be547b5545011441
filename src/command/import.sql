-- Checks and loads the rows of one kind of reference data; gives back the faults, and loads nothing if there is any.
-- in: kind text, rows jsonb
-- out: line int, message text
-- as: owner
select line, message from tiepdan.import_rows(:'kind', :'rows') order by line
