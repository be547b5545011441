-- Takes the second factor away (off), or replaces the recovery codes by fresh ones.
-- in: step int, box bytea, recovery bytea, off bool, fresh bytea[], slots int[], strong text[]
-- out: done text
select tiepdan.second_factor_use(:'step', :'box', :'recovery', :'off', :'fresh', :'slots', :'strong')::text as done
