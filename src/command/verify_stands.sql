-- Of some tickets (those that verify_bins.c suspects): which are not as their events say, with the field in which they differ: `gone` when there
-- is none, `again` when two events say how it began, `unsaid` where none says it (tickets behind record_walk have not said it yet). The event
-- with the highest version of a ticket says how it stands, `ticket.filed` while there is no other. All written out, because whoever could
-- change rows could change ticket_stands(), too.
-- in: tickets uuid[], limit int
-- out: code text, field text, said text, stands text, faults int
-- as: owner
with stood as materialized (
	select e.ticket, max((e.data->'ticket'->>'version')::bigint) as version from tiepdan.event e
	where e.ticket = any (:'tickets') and e.data ? 'ticket' group by e.ticket),
begun as materialized (
	select e.ticket, coalesce(e.data->'filed', e.data) as data, case e.type when 'ticket.filed' then (extract(epoch from e.at) * 1000000)::bigint
		else (e.data->'filed'->>'filed_us')::bigint end as filed_us, e.department, e.to_state
	from tiepdan.event e where e.ticket = any (:'tickets') and (e.type = 'ticket.recorded' or (e.type = 'ticket.filed' and e.data ? 'code'))),
said as materialized (
	select e.ticket, e.data->'ticket' as data
	from stood s join tiepdan.event e on e.ticket = s.ticket and (e.data->'ticket'->>'version')::bigint = s.version
	union all
	select b.ticket, b.data || jsonb_build_object('version', 1, 'state', b.to_state, 'holder', b.department, 'returns', 0)
	from begun b where not exists (select from stood s where s.ticket = b.ticket)),
faults as (
	select distinct t.code, f.field, f.said, f.stands
	from said s join tiepdan.ticket t on t.id = s.ticket cross join lateral (values
		('version', s.data->>'version', t.version::text), ('state', s.data->>'state', t.state), ('holder', s.data->>'holder', t.holder::text),
		('person', s.data->>'person', t.person::text), ('policy', s.data->>'policy', t.policy::text),
		('returns', s.data->>'returns', t.returns::text), ('kind', s.data->>'kind', t.kind), ('category', s.data->>'category', t.category),
		('area', s.data->>'area', t.area), ('level', s.data->>'level', t.level), ('visibility', s.data->>'visibility', t.visibility),
		('sight', s.data->>'sight', t.sight), ('outcome', s.data->>'outcome', t.outcome),
		('restricted', s.data->>'restricted', nullif(t.restricted, false)::text),
		('answered_us', s.data->>'answered_us', (extract(epoch from t.answered_at) * 1000000)::bigint::text)) f (field, said, stands)
	where ((s.data->>'version')::bigint, s.data->>'state', (s.data->>'holder')::bigint, (s.data->>'person')::uuid, (s.data->>'policy')::bigint,
			(s.data->>'returns')::int, s.data->>'kind', s.data->>'category', s.data->>'area', s.data->>'level', s.data->>'visibility',
			s.data->>'sight', s.data->>'outcome', (s.data->>'restricted')::boolean, (s.data->>'answered_us')::bigint)
		is distinct from (t.version, t.state, t.holder, t.person, t.policy, t.returns, t.kind, t.category, t.area, t.level, t.visibility, t.sight,
			t.outcome, nullif(t.restricted, false), (extract(epoch from t.answered_at) * 1000000)::bigint)
		and f.said is distinct from f.stands
	union all
	select t.code, f.field, f.said, f.stands
	from begun b join tiepdan.ticket t on t.id = b.ticket cross join lateral (values
		('code', b.data->>'code', t.code), ('number', b.data->>'number', t.number::text), ('language', b.data->>'language', t.language),
		('channel', b.data->>'channel', t.channel), ('anonymous', b.data->>'anonymous', t.anonymous::text),
		('filed_us', b.filed_us::text, (extract(epoch from t.filed_at) * 1000000)::bigint::text)) f (field, said, stands)
	where (b.data->>'code', (b.data->>'number')::bigint, b.data->>'language', b.data->>'channel', (b.data->>'anonymous')::boolean, b.filed_us)
		is distinct from (t.code, t.number, t.language, t.channel, t.anonymous, (extract(epoch from t.filed_at) * 1000000)::bigint)
		and f.said is distinct from f.stands
	union all
	select coalesce(b.data->>'code', b.ticket::text), 'gone', null, null from begun b
		where not exists (select from tiepdan.ticket t where t.id = b.ticket)
	union all
	select coalesce(t.code, b.ticket::text), 'again', null, null
	from (select ticket from begun group by ticket having count(*) > 1) b left join tiepdan.ticket t on t.id = b.ticket
	union all
	select t.code, 'unsaid', null, null from tiepdan.ticket t left join tiepdan.record_walk w on true
		where t.id = any (:'tickets') and not coalesce(t.id > w.ticket, false) and not exists (select from begun b where b.ticket = t.id)
	union all
	select t.code, 'done', (not p.open)::text, t.done::text from tiepdan.ticket t left join tiepdan.state p on p.code = t.state
		where t.id = any (:'tickets') and t.done is distinct from not p.open)
select f.code, f.field, f.said, f.stands, c.faults
from (select count(*) as faults from faults) c left join (select * from faults order by code, field limit :'limit') f on true
