-- The citizen rates the answer.
-- in: number int, generation int, score text, reasons text[], comment text, at timestamptz, event uuid
-- out: rated text
-- as: definer
select tiepdan.tracking_rate(:'number', :'generation', :'score', :'reasons', :'comment', :'at', :'event')::text as rated
