-- How many tickets there are, and of them those that neither the demo nor an earlier `tiepdan generate` has made.
-- in: none
-- out: tickets int, real int
-- as: owner
select count(*), count(*) filter (where not coalesce(g.made, false)
	and not (t.number < 240 and exists (select from tiepdan.account where login = 'nguoiphatngon')))
from tiepdan.ticket t left join lateral (
	select true as made from (
		select (e.data->>'first')::bigint as first, (e.data->>'tickets')::bigint as tickets from tiepdan.event e
		where e.ticket is null and e.type = 'tickets.generated' offset 0) m
	where t.number >= m.first and t.number < m.first + m.tickets limit 1) g on true
