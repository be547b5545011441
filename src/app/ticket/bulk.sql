-- Moves many tickets, each for itself: body has an outcome for each. sqlstates and problems: what one may be refused for.
-- in: action text, tickets uuid[], versions int[], events uuid[], reason_code text, reason text, department text, person uuid,
-- at timestamptz, policies int[], kinds text[], dues timestamptz[], alarms timestamptz[], units text[], amounts int[],
-- calendar text, calendar_version int, sqlstates text[], problems text[], key bytea
-- out: body text
-- pool: slow
select tiepdan.tickets_move(:'action', :'tickets', :'versions', :'events', :'reason_code', :'reason', :'department', :'person', :'at',
	:'policies', :'kinds', :'dues', :'alarms', :'units', :'amounts', :'calendar', :'calendar_version', :'sqlstates', :'problems',
	:'key') as body
