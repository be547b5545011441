-- The first code was right: from here on the second factor counts.
-- in: box bytea, step int, recovery bytea[]
-- out: done text
select tiepdan.second_factor_confirm(:'box', :'step', :'recovery')::text as done
