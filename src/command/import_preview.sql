-- What importing the rows of one kind would change; loads nothing. Rows with a line are faults.
-- in: kind text, rows jsonb
-- out: line int, message text, change text, key text, cells text
-- as: owner
select line, message, change, key, tiepdan.import_cells(before, after) from tiepdan.import_preview(:'kind', :'rows') order by line, key
