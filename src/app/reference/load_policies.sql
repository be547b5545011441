-- All versions of the policies, for the copy in memory; NULL in kind, level, category means any.
-- in: none
-- out: id int, profile text, kind text, level text, category text, accept_amount int, accept_unit text, forward_amount int,
-- forward_unit text, answer_amount int, answer_unit text, answer_from_acceptance bool, valid_from int, valid_to int
-- as: definer
select id, profile, kind, level, category, accept_amount::bigint, accept_unit, forward_amount::bigint, forward_unit,
	answer_amount::bigint, answer_unit, answer_from_acceptance, (valid_from - date '1970-01-01')::bigint as valid_from,
	(valid_to - date '1970-01-01')::bigint as valid_to
from tiepdan.policy order by id
