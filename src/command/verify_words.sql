-- Texts that are not what events of their ticket say of them: changed, gone, or added behind them. Texts go when their ticket is destroyed, words of
-- events and requests about one's data when people have them erased; rows of other tables stay. Of tickets behind record_walk nothing has to be said.
-- in: limit int
-- out: what text, of text, key text, code text, faults int
-- as: owner
with said as (
	select w->>0 as of, w->>1 as key, e.ticket, max(lpad(w->>2, 9, '0') || (w->>3)) as said
	from tiepdan.event e cross join lateral jsonb_array_elements(e.data->'words') w where e.data ? 'words' group by 1, 2, 3
	union all
	select 'event', e.id || '/' || a.key, e.ticket, lpad('1', 9, '0') || a.value
	from tiepdan.event e cross join lateral jsonb_each_text(e.data->'apart') a where e.data ? 'apart'),
texts as (
	select 'message' as of, m.id::text as key, m.ticket, jsonb_build_array(m.text) as texts,
			jsonb_build_array(m.author::text, m.department::text) as rest from tiepdan.message m
	union all select 'note', m.id::text, m.ticket, jsonb_build_array(m.text),
			jsonb_build_array(m.author::text, m.department::text) from tiepdan.note m
	union all select 'question', m.id::text, m.ticket, jsonb_build_array(m.text),
			jsonb_build_array(m.asked_by::text, m.department::text, m.from_state, m.ended) from tiepdan.question m
	union all select 'reply', m.id::text, m.ticket, jsonb_build_array(m.text),
			jsonb_build_array(m.version::text, m.author::text, m.department::text, m.state, m.decided_by::text) from tiepdan.reply m
	union all select 'rating', m.ticket || '/' || m.answer, m.ticket, jsonb_build_array(m.score, m.comment),
			jsonb_build_array(to_jsonb(m.reasons)::text) from tiepdan.rating m
	union all select 'part', m.id::text, m.ticket, jsonb_build_array(m.task, m.text),
			jsonb_build_array(m.department::text, m.asked_by::text, m.asked_from::text, m.state, m.ended_by::text) from tiepdan.part m
	union all select 'publication', m.ticket::text, m.ticket, jsonb_build_array(m.title, m.question, m.answer),
			jsonb_build_array(m.number::text, m.code, m.state, m.category, m.area, m.department::text, m.outcome, m.key, m.reason,
				m.proposed_by::text, m.decided_by::text) from tiepdan.publication m
	union all select 'data_request', m.id::text, m.ticket, jsonb_build_array(m.text, m.identity, m.first_reply, m.extended_for, m.reply),
			jsonb_build_array(m.kind, m.channel, m.filed_by::text, m.state, m.extended_by::text, m.ended_by::text, m.reason_code)
		from tiepdan.data_request m
	union all select 'account', a.id::text, null, jsonb_build_array(a.id, a.login, a.department, a.active, a.machine,
			(select coalesce(jsonb_agg(role order by role collate "C"), '[]') from tiepdan.account_role where account = a.id),
			(select coalesce(jsonb_agg(jsonb_build_array(issuer, subject) order by issuer collate "C"), '[]') from tiepdan.account_identity
				where account = a.id)), null
		from tiepdan.account a
	union all select 'delegation', d.id::text, null, jsonb_build_array(d.id, d.giver, d.taker, d.roles, (extract(epoch from d.from_at) * 1000000)::bigint,
			(extract(epoch from d.until_at) * 1000000)::bigint, d.reason, (extract(epoch from d.made_at) * 1000000)::bigint, d.made_by,
			(extract(epoch from d.ended_at) * 1000000)::bigint), null
		from tiepdan.delegation d
	union all select 'account_event', e.id::text, null, jsonb_build_array(e.id, e.account, (extract(epoch from e.at) * 1000000)::bigint, e.type, e.actor,
			e.session, e.data), null
		from tiepdan.account_event e where e.type not like 'session.%'
	union all select 'configuration_change', c.id::text, null, jsonb_build_array(c.id, (extract(epoch from c.at) * 1000000)::bigint, c.account, c.command,
			c.kind, c.version, c.counts, c.changes), null
		from tiepdan.configuration_change c),
salted as (
	select x.of, x.key, x.ticket, lpad(coalesce(w.version, 0)::text, 9, '0')
		|| encode(sha256(uuid_send(w.salt) || convert_to((case w.form when 2 then x.texts || x.rest else x.texts end)::text, 'UTF8')), 'hex') as stands
	from texts x left join tiepdan.word w on w.of = x.of and w.key = x.key
	union all
	select 'event', x.event || '/' || x.name, e.ticket, lpad('1', 9, '0')
		|| encode(sha256(uuid_send(x.salt) || convert_to(x.text, 'UTF8')), 'hex')
	from tiepdan.event_text x left join tiepdan.event e on e.at = x.at and e.id = x.event),
held as (
	select coalesce(x.of, s.of) as of, coalesce(x.key, s.key) as key, coalesce(x.ticket, s.ticket) as ticket, s.said is null as added,
		x.of is null as gone, x.of is null and (s.of in ('event', 'data_request') or exists (select from tiepdan.event d
			where d.ticket = s.ticket and d.type = 'ticket.destroyed')) as erased,
		coalesce(s.said, '') <> coalesce(x.stands, '-') as differs
	from salted x full join said s on s.of = x.of and s.key = x.key
		and coalesce(s.ticket::text, '') = coalesce(x.ticket::text, '')),
faults as (
	select case when h.added then 'added' when h.gone then 'gone' else 'changed' end as what, h.of, h.key, t.code
	from held h left join tiepdan.ticket t on t.id = h.ticket left join tiepdan.record_walk w on true
	where h.differs and not h.erased and not (h.added and coalesce(h.ticket > w.ticket, false) and not exists (select from tiepdan.event e
		where e.ticket = h.ticket and (e.type = 'ticket.recorded' or (e.type = 'ticket.filed' and e.data ? 'code')))))
select f.what, f.of, f.key, f.code, c.faults
from (select count(*) as faults from faults) c left join (select * from faults order by code, of, key limit :'limit') f on true
