-- ticket/level_set.sql of many tickets, each for itself: body has an outcome for each. places to calendar_versions: what was decided of a
-- ticket; dated, offered: whose the dates and the offers are. sqlstates and problems: what one may be refused for.
-- in: tickets uuid[], versions int[], events uuid[], level text, reason text, at timestamptz, places int[], policies int[],
-- calendars text[], calendar_versions int[], dated int[], slots int[], kinds text[], starts timestamptz[], waits bool[],
-- dues timestamptz[], alarms timestamptz[], clock_versions int[], units text[], amounts int[], extensions int[], offered int[],
-- offer_policies int[], offer_kinds text[], offer_dues timestamptz[], offer_alarms timestamptz[], offer_units text[],
-- offer_amounts int[], sqlstates text[], problems text[], key bytea
-- out: body text
-- pool: slow
select tiepdan.tickets_relevel(:'tickets', :'versions', :'events', :'level', :'reason', :'at', :'places', :'policies', :'calendars',
	:'calendar_versions', :'dated', :'slots', :'kinds', :'starts', :'waits', :'dues', :'alarms', :'clock_versions', :'units', :'amounts',
	:'extensions', :'offered', :'offer_policies', :'offer_kinds', :'offer_dues', :'offer_alarms', :'offer_units', :'offer_amounts',
	:'sqlstates', :'problems', :'key') as body
