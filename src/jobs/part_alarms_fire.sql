-- Lets alarms of parts fire that are still as they were read, and plans the next ones: parallel arrays.
-- in: parts uuid[], levels int[], alarms timestamptz[], ladders text[], fired int[], nexts timestamptz[], events uuid[],
-- now timestamptz
-- out: moved int, fired int
-- as: definer
select moved, fired from tiepdan.part_alarms_fire(:'parts', :'levels', :'alarms', :'ladders', :'fired', :'nexts', :'events', :'now')
