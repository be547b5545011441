-- Takes notices that are due, with everything that their messages are made of.
-- in: now timestamptz, lease timestamptz, limit int, domain text, zone text, public_url text
-- out: id uuid, ticket uuid, attempts int, urgent bool, citizen bool, department int, made_ms int, message_id text,
-- language text, address text, epoch int, wrapped bytea, box bytea, subject text, body text, html text, code text,
-- title text, what text, state text, department_name text, due text, at text, reason text, link text, sender text,
-- number int, generation int, question int, answer_until_s int, part uuid
-- as: definer
select id, ticket, attempts, urgent, citizen, department, (extract(epoch from made_at) * 1000)::bigint as made_ms, message_id,
	language, address, epoch, wrapped, box, subject, tiepdan.letter_words(ticket, citizen, language, body, false) as body,
	tiepdan.letter_words(ticket, citizen, language, html, true) as html, code, title,
	tiepdan.letter_what(ticket, citizen, language, what) as what, state, department_name, due, at, reason, link, sender,
	number, generation, question, floor(extract(epoch from answer_until))::bigint as answer_until_s,
	tiepdan.notice_part(id) as part
from tiepdan.notice_claim(:'now', :'lease', :'limit', :'domain', :'zone', :'public_url')
