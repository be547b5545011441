-- Lets alarms fire whose clocks are still as they were read, and plans the next ones: parallel arrays.
-- in: slots int[], tickets uuid[], kinds text[], rounds int[], levels int[], alarms timestamptz[], ladders text[], fired int[],
-- nexts timestamptz[], events uuid[], now timestamptz
-- out: moved int, fired int
-- as: definer
select moved, fired from tiepdan.alarms_fire(:'slots', :'tickets', :'kinds', :'rounds', :'levels', :'alarms', :'ladders', :'fired',
	:'nexts', :'events', :'now')
