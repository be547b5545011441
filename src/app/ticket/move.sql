-- Moves a ticket. The offers (policies to amounts) say what clocks would be that start now, by policy and kind; part_calendars to part_dues when
-- parts would be due that rules ask for. counted_for: the department by whose calendar the offers were counted; TD700 it does not hold the ticket then.
-- told: with a body, which says what the caller can do next.
-- in: ticket uuid, action text, version int, reason_code text, reason text, department text, person uuid, text text,
-- at timestamptz, policies int[], kinds text[], dues timestamptz[], alarms timestamptz[], units text[], amounts int[],
-- calendar text, calendar_version int, event uuid, part_calendars text[],
-- part_units text[], part_amounts int[], part_dues timestamptz[], counted_for int, told bool
-- out: body text, etag text
select body, etag
from tiepdan.ticket_move(:'ticket', :'action', :'version', :'reason_code', :'reason', :'department', :'person', :'text', :'at',
	:'policies', :'kinds', :'dues', :'alarms', :'units', :'amounts', :'calendar', :'calendar_version', :'event',
	:'part_calendars', :'part_units', :'part_amounts', :'part_dues', :'counted_for', :'told')
