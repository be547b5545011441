-- Takes letters that are due, with everything that their messages are made of: those with codes to sign in first (one_time), then
-- those about requests of no ticket, then notices.
-- in: now timestamptz, lease timestamptz, limit int, domain text, zone text, public_url text
-- out: id uuid, owner uuid, one_time bool, attempts int, urgent bool, citizen bool, department int, made_ms int, message_id text,
-- language text, address text, epoch int, wrapped bytea, box bytea, subject text, body text, html text, code text,
-- title text, what text, state text, department_name text, due text, at text, reason text, link text, sender text,
-- number int, generation int, question int, answer_until_s int, part uuid
-- as: definer
with one_time as materialized (
	select * from tiepdan.citizen_letters(:'now', :'lease', :'limit', :'domain', :'zone')),
asked as materialized (
	select * from tiepdan.data_request_letters(:'now', :'lease', :'limit' - (select count(*) from one_time), :'domain', :'zone'))
select id, owner, true as one_time, attempts, true as urgent, true as citizen, null::bigint as department,
	(extract(epoch from made_at) * 1000)::bigint as made_ms, message_id, language, null as address, epoch, wrapped, box, subject, body, html,
	null as code, null as title, null as what, null as state, null as department_name, due, at, null as reason, null as link, sender,
	null::bigint as number, null::bigint as generation, null::bigint as question, null::bigint as answer_until_s, null::uuid as part
from one_time
union all
select id, owner, false, attempts, false, true, null, (extract(epoch from made_at) * 1000)::bigint, message_id, language, null, epoch, wrapped, box, subject,
	body, html, code, null, null, null, null, due, at, null, null, sender, null, null, null, null, null
from asked
union all
select id, ticket, false, attempts, urgent, citizen, department, (extract(epoch from made_at) * 1000)::bigint, message_id,
	language, address, epoch, wrapped, box, subject, tiepdan.letter_words(ticket, citizen, language, body, false),
	tiepdan.letter_words(ticket, citizen, language, html, true), code, title,
	tiepdan.letter_what(ticket, citizen, language, what), state, department_name, due, at, reason, link, sender,
	number, generation, question, floor(extract(epoch from answer_until))::bigint, tiepdan.notice_part(id)
from tiepdan.notice_claim(:'now', :'lease', :'limit' - (select count(*) from one_time) - (select count(*) from asked),
	:'domain', :'zone', :'public_url')
