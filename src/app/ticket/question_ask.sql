-- Asks the citizen: the clocks stand still. The arrays are the new dates of the running clocks.
-- in: id uuid, ticket uuid, version int, text text, at timestamptz, until timestamptz, slots int[], kinds text[],
-- starts timestamptz[], dues timestamptz[], alarms timestamptz[], versions int[], event uuid
-- out: body text, etag text
select body, etag from tiepdan.question_ask(:'id', :'ticket', :'version', :'text', :'at', :'until', :'slots', :'kinds', :'starts',
	:'dues', :'alarms', :'versions', :'event')
