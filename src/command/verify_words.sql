-- Texts that are not what events say of them: changed, or added behind them (`before`: of tickets of which nothing has to be said yet). Texts
-- that are gone are counted: people may have them erased.
-- in: limit int
-- out: what text, of text, key text, code text, texts int, gone int, faults int
-- as: owner
with said as (
	select w->>0 as of, w->>1 as key, max(lpad(w->>2, 9, '0') || (w->>3)) as said
	from tiepdan.event e cross join lateral jsonb_array_elements(e.data->'words') w where e.data ? 'words' group by 1, 2
	union all
	select 'event', e.id || '/' || a.key, lpad('1', 9, '0') || a.value from tiepdan.event e cross join lateral jsonb_each_text(e.data->'apart') a
		where e.data ? 'apart'),
texts as (
	select 'message' as of, m.id::text as key, m.ticket, jsonb_build_array(m.text)::text as texts from tiepdan.message m
	union all select 'note', m.id::text, m.ticket, jsonb_build_array(m.text)::text from tiepdan.note m
	union all select 'question', m.id::text, m.ticket, jsonb_build_array(m.text)::text from tiepdan.question m
	union all select 'reply', m.id::text, m.ticket, jsonb_build_array(m.text)::text from tiepdan.reply m
	union all select 'rating', m.ticket || '/' || m.answer, m.ticket, jsonb_build_array(m.score, m.comment)::text from tiepdan.rating m
	union all select 'part', m.id::text, m.ticket, jsonb_build_array(m.task, m.text)::text from tiepdan.part m
	union all select 'publication', m.ticket::text, m.ticket, jsonb_build_array(m.title, m.question, m.answer)::text from tiepdan.publication m),
salted as (
	select x.of, x.key, x.ticket, lpad(coalesce(w.version, 0)::text, 9, '0')
		|| encode(sha256(uuid_send(w.salt) || convert_to(x.texts, 'UTF8')), 'hex') as stands
	from texts x left join tiepdan.word w on w.of = x.of and w.key = x.key
	union all
	select 'event', x.event || '/' || x.name, e.ticket, lpad('1', 9, '0') || encode(sha256(uuid_send(x.salt) || convert_to(x.text, 'UTF8')), 'hex')
	from tiepdan.event_text x left join tiepdan.event e on e.at = x.at and e.id = x.event),
held as (
	select coalesce(x.of, s.of) as of, coalesce(x.key, s.key) as key, x.ticket, x.of is null as gone, s.said is null as added,
		coalesce(s.said, '') <> coalesce(x.stands, '-') as differs
	from salted x full join said s on s.of = x.of and s.key = x.key),
faults as (
	select case when h.added then 'added' else 'changed' end as what, h.of, h.key, t.code
	from held h left join tiepdan.ticket t on t.id = h.ticket left join tiepdan.record_walk w on true
	where h.differs and not h.gone and not (h.added and coalesce(h.ticket > w.ticket, false) and not exists (select from tiepdan.event e
		where e.ticket = h.ticket and (e.type = 'ticket.recorded' or (e.type = 'ticket.filed' and e.data ? 'code')))))
select f.what, f.of, f.key, f.code, c.texts, c.gone, c.faults
from (select (select count(*) from held where not gone) as texts, (select count(*) from held where gone) as gone, (select count(*) from faults) as faults) c
	left join (select * from faults order by code, of, key limit :'limit') f on true
