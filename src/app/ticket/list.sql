-- The queue: tickets the caller sees, due soonest first or filed last first; due_at is the due point of the clock that ends
-- first. What is not given, a saved filter gives. With a code: that ticket alone. Of tickets with a tag or flag no more than `most`
-- are looked at, and of others no more than queue_page() says: then the last row has no item, and the list goes on behind it. `marks`: tags,
-- and flags behind a !.
-- in: filter uuid, states text[], kind text, category text, area text, level text, standing text, holder text, mine bool,
-- person uuid, unassigned bool, sort text, now timestamptz, soon timestamptz, after text, limit int,
-- number int, code text, tag text, flag text, most int, publication text
-- out: item text, id uuid, version int, kind text, category text, category_vi text, category_en text, area text, area_vi text,
-- area_en text, title text, level text, visibility text, state text, outcome text, department text, department_vi text,
-- department_en text, person uuid, person_name text, filed_at timestamptz, clock text, due_at timestamptz, calendar text,
-- unit text, marks text[], key text
-- form: binary
select q.code as item, q.id, q.version, q.kind, q.category, q.category_vi, q.category_en, q.area, q.area_vi, q.area_en, q.title, q.level,
	q.visibility, q.state, q.outcome, q.department, q.department_vi, q.department_en, q.person, q.person_name, q.filed_at, q.clock,
	q.due_at, q.calendar, q.unit, q.marks,
	case when q.ordinality >= :'limit' or q.code is null		-- behind which the list goes on: no other one is asked for
		then concat_ws('|', q.done, case when q.filed or q.done then q.filed_at else coalesce(q.due_at, 'infinity') end, q.id) end as key
from tiepdan.queue_page(:'filter', :'states', :'kind', :'category', :'area', :'level', :'standing', :'holder', :'mine', :'person',
	:'unassigned', :'sort', :'now', :'soon', :'after', :'limit', :'number', :'code', :'tag', :'flag', :'most', :'publication')
	with ordinality q
