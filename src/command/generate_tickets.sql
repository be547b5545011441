-- How many tickets there are, of them those that neither the demo nor an earlier `tiepdan generate` has made, and whether one had this seed.
-- in: seed text
-- out: tickets int, real int, seeded text
-- as: owner
with made as materialized (
	select (data->>'first')::bigint as first, (data->>'tickets')::bigint as tickets, data->>'seed' as seed from tiepdan.event
	where ticket is null and type = 'tickets.generated')
select count(*), count(*) filter (where not coalesce(g.made, false)
	and not (t.number < 240 and exists (select from tiepdan.account where login = 'nguoiphatngon'))),
	(exists (select from made where seed = :'seed'))::text
from tiepdan.ticket t left join lateral (
	select true as made from made m where t.number >= m.first and t.number < m.first + m.tickets limit 1) g on true
