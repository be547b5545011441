-- Until when a request of this kind, made now, gets its first reply and its answer.
-- in: kind text
-- out: first_amount int, first_unit text, amount int, unit text
-- as: definer
select first_amount::bigint, first_unit, amount::bigint, unit from tiepdan.data_request_terms(:'kind')
