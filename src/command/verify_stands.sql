-- Tickets that are not as their events say, with the field in which they differ: `gone` when there is none, `again` when two events say how it
-- began, `unsaid` where no event says how it stands (`before`: none has to, because it was filed before events did). All written out, because whoever could change
-- rows could change ticket_stands(), too.
-- in: limit int
-- out: code text, field text, said text, stands text, tickets int, unsaid int, faults int
-- as: owner
with said as (
	select e.ticket, max((lpad(e.data->'ticket'->>'version', 18, '0') || '1' || (e.data->'ticket')::text) collate "C") as stands,
		max(case when e.type = 'ticket.filed' and e.data ? 'code' then lpad('1', 18, '0') || '0' || jsonb_strip_nulls(jsonb_build_object(
			'version', 1, 'state', e.to_state, 'holder', e.department, 'policy', e.data->'policy', 'returns', 0, 'kind', e.data->'kind',
			'category', e.data->'category', 'area', e.data->'area', 'level', e.data->'level', 'visibility', e.data->'visibility',
			'sight', e.data->'sight'))::text end collate "C") as begins,
		max(case when e.type = 'ticket.filed' and e.data ? 'code' then jsonb_build_object('code', e.data->'code', 'number', e.data->'number',
			'language', e.data->'language', 'channel', e.data->'channel', 'anonymous', e.data->'anonymous',
			'filed_us', (extract(epoch from e.at) * 1000000)::bigint)::text
			when e.type = 'ticket.recorded' then (e.data->'filed')::text end) as filed,
		count(*) filter (where e.type = 'ticket.recorded' or e.data ? 'code') > 1 as again
	from tiepdan.event e
	where e.ticket is not null and (e.data ? 'ticket' or e.type = 'ticket.filed')
	group by e.ticket),
held as (
	select coalesce(t.code, s.filed::jsonb->>'code', s.ticket::text) as code, t.id, s.ticket,
		substr(greatest(s.stands, s.begins), 20)::jsonb || s.filed::jsonb || jsonb_build_object('done', not p.open) as said, s.again,
		t.id > w.ticket as before,
		jsonb_strip_nulls(jsonb_build_object('version', t.version, 'state', t.state, 'holder', t.holder, 'person', t.person, 'policy', t.policy,
			'returns', t.returns, 'kind', t.kind, 'category', t.category, 'area', t.area, 'level', t.level, 'visibility', t.visibility,
			'sight', t.sight, 'outcome', t.outcome, 'answered_us', (extract(epoch from t.answered_at) * 1000000)::bigint, 'code', t.code,
			'number', t.number, 'language', t.language, 'channel', t.channel, 'anonymous', t.anonymous,
			'filed_us', (extract(epoch from t.filed_at) * 1000000)::bigint, 'done', t.done)) as stands
	from said s full join tiepdan.ticket t on t.id = s.ticket
		left join tiepdan.state p on p.code = substr(greatest(s.stands, s.begins), 20)::jsonb->>'state'
		left join tiepdan.record_walk w on true),
faults as (
	select h.code, f.field, f.said, f.stands from held h cross join lateral (
		select 'gone' as field, null as said, null as stands where h.id is null
		union all select 'again', null, null where h.again
		union all select 'unsaid', null, null where h.said is null and h.id is not null and h.before is not true
		union all select coalesce(a.key, b.key), a.value, b.value from jsonb_each_text(h.said) a full join jsonb_each_text(h.stands) b on b.key = a.key
			where h.id is not null and a.value is distinct from b.value) f
	where (h.said is distinct from h.stands and not (h.said is null and coalesce(h.before, false))) or h.again)
select f.code, f.field, f.said, f.stands, c.tickets, c.unsaid, c.faults
from (select (select count(*) from held where id is not null) as tickets, (select count(*) from held where said is null and before) as unsaid,
		(select count(*) from faults) as faults) c
	left join (select * from faults order by code, field limit :'limit') f on true
