-- The citizen writes to the department; `waits`: for the answer to a question. `key`: under which the answer is kept.
-- in: number int, generation int, id uuid, text text, at timestamptz, event uuid, key bytea
-- out: waits bool
-- as: definer
select tiepdan.tracking_write(:'number', :'generation', :'id', :'text', :'at', :'event', :'key') as waits
