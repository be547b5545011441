-- Gives a ticket another level, with the policy for it (none: it has no deadlines). slots to extensions are the new dates of the
-- running clocks, one without a date ends; offer_policies to offer_amounts say what clocks would be that start now.
-- in: ticket uuid, version int, level text, reason text, policy int, at timestamptz, slots int[], kinds text[], starts timestamptz[],
-- waits bool[], dues timestamptz[], alarms timestamptz[], versions int[], units text[], amounts int[], extensions int[],
-- offer_policies int[], offer_kinds text[], offer_dues timestamptz[], offer_alarms timestamptz[], offer_units text[],
-- offer_amounts int[], calendar text, calendar_version int, event uuid
-- out: body text, etag text
select body, etag
from tiepdan.ticket_relevel(:'ticket', :'version', :'level', :'reason', :'policy', :'at', :'slots', :'kinds', :'starts', :'waits', :'dues',
	:'alarms', :'versions', :'units', :'amounts', :'extensions', :'offer_policies', :'offer_kinds', :'offer_dues', :'offer_alarms',
	:'offer_units', :'offer_amounts', :'calendar', :'calendar_version', :'event')
