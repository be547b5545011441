-- All versions of the policies, for the copy in memory; NULL in kind, level, category, department means any. `forward` is the
-- limit of the clock "route".
-- in: none
-- out: id int, profile text, kind text, level text, category text, department text, accept_amount int, accept_unit text,
-- route_amount int, route_unit text, first_reply_amount int, first_reply_unit text, update_amount int, update_unit text, step_amount int,
-- step_unit text, answer_amount int, answer_unit text, appeal_amount int, appeal_unit text, answer_from_acceptance bool,
-- citation_vi text, citation_en text, receipt text, questions int, question_amount int, question_unit text, valid_from int, valid_to int
-- as: definer
select id, profile, kind, level, category, department, accept_amount::bigint, accept_unit, forward_amount::bigint as route_amount,
	forward_unit as route_unit, first_reply_amount::bigint, first_reply_unit, update_amount::bigint, update_unit,
	step_amount::bigint, step_unit, answer_amount::bigint, answer_unit, appeal_amount::bigint, appeal_unit,
	answer_from_acceptance, citation_vi, citation_en, receipt, questions::bigint, question_amount::bigint, question_unit,
	(valid_from - date '1970-01-01')::bigint as valid_from, (valid_to - date '1970-01-01')::bigint as valid_to
from tiepdan.policy order by id
