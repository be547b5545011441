-- The citizen answers a question: the clocks go on. The arrays are the new dates of the running clocks.
-- in: number int, generation int, version int, id uuid, text text, at timestamptz, slots int[], kinds text[],
-- starts timestamptz[], dues timestamptz[], alarms timestamptz[], versions int[], event uuid
-- out: supplied text
-- as: definer
select tiepdan.question_supply(:'number', :'generation', :'version', :'id', :'text', :'at', :'slots', :'kinds', :'starts', :'dues',
	:'alarms', :'versions', :'event')::text as supplied
