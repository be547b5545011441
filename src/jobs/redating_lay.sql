-- Lays down the new dates of clocks that were read, beside everybody else. NULL: some of them have changed since.
-- in: id uuid, worker uuid, after uuid, until uuid, tids text[], xids int[], starts timestamptz[], dues timestamptz[],
-- alarms timestamptz[], units text[], amounts int[], firsts bool[]
-- out: mark int
-- as: definer
select tiepdan.redating_lay(:'id', :'worker', coalesce(:'after', '00000000-0000-0000-0000-000000000000'), :'until', :'tids', :'xids',
	:'starts', :'dues', :'alarms', :'units', :'amounts', :'firsts') as mark
