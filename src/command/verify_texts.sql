-- All texts and rows that events commit to, as verify_words.sql has them, with the ticket whose events do (but for words of events).
-- `rest`: whose they are and how they stand, as the triggers word_say() name it; `form` says whether it was committed to as well.
-- in: none
-- out: of text, key text, version int, salt uuid, texts text, ticket uuid
-- as: owner
select x.of, x.key, coalesce(w.version, 0)::bigint as version, w.salt,
	(case w.form when 2 then x.texts || x.rest else x.texts end)::text as texts, x.ticket
from (select 'message' as of, m.id::text as key, m.ticket, jsonb_build_array(m.text) as texts,
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
		from tiepdan.configuration_change c) x
	left join tiepdan.word w on w.of = x.of and w.key = x.key
union all
select 'event', x.event || '/' || x.name, 1, x.salt, x.text, null from tiepdan.event_text x
