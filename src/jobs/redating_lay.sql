-- Lays down the new dates of clocks that were read, beside everybody else. False: there is nothing to do.
-- in: id uuid, worker uuid, after uuid, until uuid, marks int[], starts timestamptz[], dues timestamptz[], alarms timestamptz[],
-- units text[], amounts int[], firsts bool[]
-- out: mine bool
-- as: definer
select tiepdan.redating_lay(:'id', :'worker', coalesce(:'after', '00000000-0000-0000-0000-000000000000'), :'until', :'marks', :'starts',
	:'dues', :'alarms', :'units', :'amounts', :'firsts') as mine
