-- Loads the rows of one kind of reference data and tells what that changed, and what else there is; or the faults, and then nothing
-- is loaded.
-- in: kind text, rows jsonb
-- out: line int, message text, change text, key text, cells text
-- as: owner
select line, message, change, key, case when change = 'left' then 'stays as it is' else tiepdan.import_cells(before, after) end
from tiepdan.configuration_load(:'kind', :'rows') order by line, change = 'left', key collate "C"
