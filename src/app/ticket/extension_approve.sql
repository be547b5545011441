-- Grants the time that was asked for. The arrays are the new dates of the running clocks.
-- in: ticket uuid, version int, decision text, at timestamptz, slots int[], kinds text[], starts timestamptz[],
-- dues timestamptz[], alarms timestamptz[], versions int[], event uuid
-- out: body text, etag text
select body, etag from tiepdan.extension_approve(:'ticket', :'version', :'decision', :'at', :'slots', :'kinds', :'starts', :'dues',
	:'alarms', :'versions', :'event')
