-- Puts a ticket on the path of another kind or category, as it was decided (kind to policy; no policy: it has no deadlines). slots to
-- extensions are the new dates of the running clocks, one without a date ends; offer_policies to offer_amounts say what clocks would be
-- that start now, part_calendars to part_dues when parts would be due that rules ask for. tags and flags: what it is marked with by the rules.
-- in: ticket uuid, version int, kind text, category text, against text, level text, visibility text, sight text, route text, holder int,
-- policy int, tags text[], flags text[], reason text, at timestamptz, slots int[], kinds text[], starts timestamptz[], waits bool[], dues timestamptz[],
-- alarms timestamptz[], versions int[], units text[], amounts int[], extensions int[], offer_policies int[], offer_kinds text[],
-- offer_dues timestamptz[], offer_alarms timestamptz[], offer_units text[], offer_amounts int[], calendar text, calendar_version int, event uuid,
-- part_calendars text[], part_units text[], part_amounts int[], part_dues timestamptz[]
-- out: body text, etag text
select body, etag
from tiepdan.ticket_reclassify(:'ticket', :'version', :'kind', :'category', :'against', :'level', :'visibility', :'sight', :'route', :'holder',
	:'policy', :'tags', :'flags', :'reason', :'at', :'slots', :'kinds', :'starts', :'waits', :'dues', :'alarms', :'versions', :'units', :'amounts',
	:'extensions', :'offer_policies', :'offer_kinds', :'offer_dues', :'offer_alarms', :'offer_units', :'offer_amounts', :'calendar', :'calendar_version',
	:'event', :'part_calendars', :'part_units', :'part_amounts', :'part_dues')
