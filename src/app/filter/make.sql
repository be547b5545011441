-- Saves a filter of the caller's.
-- in: id uuid, name text, shared bool, states text[], kind text, category text, area text, level text, standing text,
-- holder text, mine bool, person uuid, unassigned bool, sort text, at timestamptz
-- out: made text
select tiepdan.filter_make(:'id', :'name', :'shared', tiepdan.filter_query(:'states', :'kind', :'category', :'area', :'level',
	:'standing', :'holder', :'mine', :'person', :'unassigned', :'sort'), :'at')::text as made
