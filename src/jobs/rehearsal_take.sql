-- The rehearsal that runs or has waited longest, with the text of its rules unless it is the known one.
-- in: known uuid
-- out: id uuid, running bool, text text
-- as: definer
select id, running, text from tiepdan.rehearsal_take(:'known')
