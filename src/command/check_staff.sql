-- Departments where tickets are, or can come by the rules of today, and nobody who is active can accept one: in one line, those
-- with open tickets first, and whether there are such. No row when all have somebody.
-- in: none
-- out: fault text, waits bool
-- as: owner
with named as (
	select n.code from tiepdan.rule_set s join tiepdan.rule_set_name n on n.rule_set = s.id and n.what = 'department' and n.effect
		where s.state = 'active' and s.purpose = 'routing'
	union select department from tiepdan.category where daterange(valid_from, valid_to) @> current_date
	union select department from tiepdan.policy where daterange(valid_from, valid_to) @> current_date
), alone as (
	select d.code, exists (select from tiepdan.ticket t where t.holder = d.id and not t.done) as waits,
		daterange(d.valid_from, d.valid_to) @> current_date and (d.hub or d.code in (select code from named)
			or (d.governs and 'AREA' in (select code from named))) as wanted
	from tiepdan.department d
	where not tiepdan.department_staffed(d.id, 'private')
)
select format('nobody can accept tickets at %s departments, %s of them with open tickets: %s%s', count(*),
		count(*) filter (where waits), array_to_string((array_agg(code order by waits desc, code))[:5], ', '),
		case when count(*) > 5 then ', ...' end) as fault,
	bool_or(waits) as waits
from alone where waits or wanted having count(*) > 0
