-- Moves many tickets, each for itself: body has an outcome for each. sqlstates and problems: what one may be refused for; counted_for as in move.sql.
-- in: action text, tickets uuid[], versions int[], events uuid[], reason_code text, reason text, department text, person uuid,
-- at timestamptz, policies int[], kinds text[], dues timestamptz[], alarms timestamptz[], units text[], amounts int[],
-- calendar text, calendar_version int, part_calendars text[], part_units text[], part_amounts int[], part_dues timestamptz[],
-- sqlstates text[], problems text[], key bytea, counted_for int
-- out: body text
-- pool: slow
select tiepdan.tickets_move(:'action', :'tickets', :'versions', :'events', :'reason_code', :'reason', :'department', :'person', :'at',
	:'policies', :'kinds', :'dues', :'alarms', :'units', :'amounts', :'calendar', :'calendar_version', :'part_calendars',
	:'part_units', :'part_amounts', :'part_dues', :'sqlstates', :'problems', :'key',
	:'counted_for') as body
