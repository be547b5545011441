-- Replaces a filter of the caller's.
-- in: id uuid, version int, name text, shared bool, states text[], kind text, category text, area text, level text,
-- standing text, holder text, mine bool, person uuid, unassigned bool, sort text, at timestamptz
-- out: body text, etag text
select body, etag from tiepdan.filter_change(:'id', :'version', :'name', :'shared', tiepdan.filter_query(:'states', :'kind', :'category',
	:'area', :'level', :'standing', :'holder', :'mine', :'person', :'unassigned', :'sort'), :'at')
