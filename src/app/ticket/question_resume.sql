-- Staff say that the question was answered on another way: the clocks go on. The arrays are the new dates of the running clocks.
-- in: ticket uuid, version int, reason text, at timestamptz, slots int[], kinds text[], starts timestamptz[], dues timestamptz[],
-- alarms timestamptz[], versions int[], event uuid
-- out: body text, etag text
select body, etag from tiepdan.question_resume(:'ticket', :'version', :'reason', :'at', :'slots', :'kinds', :'starts', :'dues',
	:'alarms', :'versions', :'event')
