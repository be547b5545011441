-- A move of the citizen. The offers are those of ticket/move.sql.
-- in: number int, generation int, version int, action text, reason text, at timestamptz, policies int[], kinds text[],
-- dues timestamptz[], alarms timestamptz[], units text[], amounts int[], calendar text, calendar_version int, event uuid
-- out: moved text
-- as: definer
select tiepdan.tracking_move(:'number', :'generation', :'version', :'action', :'reason', :'at', :'policies', :'kinds', :'dues', :'alarms',
	:'units', :'amounts', :'calendar', :'calendar_version', :'event')::text as moved
