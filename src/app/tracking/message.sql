-- The citizen writes to the department; `waits`: for the answer to a question.
-- in: number int, generation int, id uuid, text text, at timestamptz, event uuid
-- out: waits bool
-- as: definer
select tiepdan.tracking_write(:'number', :'generation', :'id', :'text', :'at', :'event') as waits
