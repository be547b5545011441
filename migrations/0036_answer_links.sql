-- A question can be answered by a link that the letter carries, without the secret of the ticket.
set local search_path = tiepdan, public;

-- The open question, and nothing else of the ticket. No row when none is open.
create function question_tracked(p_number bigint, p_generation bigint) returns table (body text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	return query
	select json_build_object('code', t.code, 'text', q.text, 'asked_at', instant(q.asked_at), 'until', instant(q.until_at),
		'department', department_named(q.department))::text
	from question q where q.ticket = t.id and q.ended_at is null;
end $$;
revoke execute on function question_tracked from public;
grant execute on function question_tracked to tiepdan_app;

insert into notice_template (type, side, language, version, subject, text)
select type, side, language, 2, subject, replace(text, n.old, n.new)
from notice_template join (values
	('Kính đề nghị Ông/Bà xem câu hỏi và trả lời khi tra cứu phiếu.',
		'Kính đề nghị Ông/Bà xem câu hỏi và trả lời theo liên kết dưới đây; liên kết chỉ mở câu hỏi này, đến khi hết thời hạn trả lời.'),
	('Please read and answer its question when you follow the ticket.',
		'Please read and answer its question by the link below; it opens nothing but this question, until the time for the answer is over.'))
	n (old, new) on strpos(text, n.old) > 0
where type = 'ticket.asked' and side = 'citizen';
