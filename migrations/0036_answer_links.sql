-- A question can be answered by a link that the letter carries, without the secret of the ticket.
set local search_path = tiepdan, public;

-- Whoever comes by a link (p_question, from 1; 0: by the secret) sees and answers that question alone: TD401 when there is a later
-- one.
create function question_linked(p_number bigint, p_generation bigint, p_question bigint) returns bigint
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	if p_question > 0 and p_question < (select count(*) from question where ticket = t.id) then
		raise exception 'there is a later question' using errcode = 'TD401';
	end if;
	return p_question;
end $$;

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
revoke execute on function question_linked, question_tracked from public;
grant execute on function question_linked, question_tracked to tiepdan_app;

-- The letter: the link in it leads to the question, not to the ticket.
insert into notice_template (type, side, language, version, subject, text)
select type, side, language, 2, subject, replace(replace(text, n.old, n.new), n.old_link, n.new_link)
from notice_template join (values
	(' Kính đề nghị Ông/Bà xem câu hỏi và trả lời khi tra cứu phiếu.', '',
		'Ông/Bà có thể theo dõi phiếu bằng mã phiếu và mã bí mật đã nhận khi gửi phiếu, tại:',
		'Kính đề nghị Ông/Bà xem câu hỏi và trả lời theo liên kết sau; liên kết chỉ mở câu hỏi này, đến khi hết thời hạn trả lời:'),
	(' Please read and answer its question when you follow the ticket.', '',
		'You can follow the ticket with its code and the secret that you got when you filed it, at:',
		'Please read and answer its question by this link; it opens nothing but the question, until the time for the answer is over:'))
	n (old, new, old_link, new_link) on strpos(text, n.old) > 0 and strpos(text, n.old_link) > 0
where type = 'ticket.asked' and side = 'citizen';
