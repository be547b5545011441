-- All texts and rows that events commit to, as verify_words.sql has them, with the ticket whose events do (but for words of events).
-- in: none
-- out: of text, key text, version int, salt uuid, texts text, ticket uuid
-- as: owner
select x.of, x.key, coalesce(w.version, 0)::bigint as version, w.salt, x.texts, x.ticket
from (select 'message' as of, m.id::text as key, m.ticket, jsonb_build_array(m.text)::text as texts from tiepdan.message m
	union all select 'note', m.id::text, m.ticket, jsonb_build_array(m.text)::text from tiepdan.note m
	union all select 'question', m.id::text, m.ticket, jsonb_build_array(m.text)::text from tiepdan.question m
	union all select 'reply', m.id::text, m.ticket, jsonb_build_array(m.text)::text from tiepdan.reply m
	union all select 'rating', m.ticket || '/' || m.answer, m.ticket, jsonb_build_array(m.score, m.comment)::text from tiepdan.rating m
	union all select 'part', m.id::text, m.ticket, jsonb_build_array(m.task, m.text)::text from tiepdan.part m
	union all select 'publication', m.ticket::text, m.ticket, jsonb_build_array(m.title, m.question, m.answer)::text from tiepdan.publication m
	union all select 'data_request', m.id::text, m.ticket, jsonb_build_array(m.text, m.identity, m.first_reply, m.extended_for, m.reply)::text
		from tiepdan.data_request m
	union all select 'account', a.id::text, null, jsonb_build_array(a.id, a.login, a.department, a.active, a.machine,
			(select coalesce(jsonb_agg(role order by role collate "C"), '[]') from tiepdan.account_role where account = a.id),
			(select coalesce(jsonb_agg(jsonb_build_array(issuer, subject) order by issuer collate "C"), '[]') from tiepdan.account_identity
				where account = a.id))::text
		from tiepdan.account a
	union all select 'delegation', d.id::text, null, jsonb_build_array(d.id, d.giver, d.taker, d.roles, (extract(epoch from d.from_at) * 1000000)::bigint,
			(extract(epoch from d.until_at) * 1000000)::bigint, d.reason, (extract(epoch from d.made_at) * 1000000)::bigint, d.made_by,
			(extract(epoch from d.ended_at) * 1000000)::bigint)::text
		from tiepdan.delegation d
	union all select 'account_event', e.id::text, null, jsonb_build_array(e.id, e.account, (extract(epoch from e.at) * 1000000)::bigint, e.type, e.actor,
			e.session, e.data)::text
		from tiepdan.account_event e where e.type not like 'session.%'
	union all select 'configuration_change', c.id::text, null, jsonb_build_array(c.id, (extract(epoch from c.at) * 1000000)::bigint, c.account, c.command,
			c.kind, c.version, c.counts, c.changes)::text
		from tiepdan.configuration_change c) x
	left join tiepdan.word w on w.of = x.of and w.key = x.key
union all
select 'event', x.event || '/' || x.name, 1, x.salt, x.text, null from tiepdan.event_text x
