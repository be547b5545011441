-- The citizen writes to the department.
-- in: number int, generation int, id uuid, text text, at timestamptz, event uuid
-- out: written text
-- as: definer
select tiepdan.tracking_message(:'number', :'generation', :'id', :'text', :'at', :'event')::text as written
