-- The citizen asks something about their data.
-- in: number int, generation int, id uuid, kind text, text text, at timestamptz, first timestamptz, due timestamptz, event uuid
-- out: body text
-- as: definer
select tiepdan.data_request_file_tracked(:'number', :'generation', :'id', :'kind', :'text', :'at', :'first', :'due', :'event') as body
