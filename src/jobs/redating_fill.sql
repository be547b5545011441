-- Keeps the new dates of clocks that were read. Returns how many tickets have to be read again; -1: there is nothing to do.
-- in: id uuid, worker uuid, after uuid, until uuid, marks int[], starts timestamptz[], dues timestamptz[], alarms timestamptz[],
-- units text[], amounts int[], firsts bool[], questions int, ended int, counts text
-- out: left_over int
-- as: definer
select tiepdan.redating_fill(:'id', :'worker', coalesce(:'after', '00000000-0000-0000-0000-000000000000'), :'until', :'marks',
	:'starts', :'dues', :'alarms', :'units', :'amounts', :'firsts', :'questions', :'ended', :'counts') as left_over
