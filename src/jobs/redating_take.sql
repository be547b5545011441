-- What there is to do for re-datings; this worker has it from now on.
-- in: worker uuid, lease int, now timestamptz
-- out: id uuid, task text, reference text, filled_to uuid, fill_until uuid, policies bool
-- as: definer
select id, task, reference, filled_to, fill_until, policies from tiepdan.redating_take(:'worker', :'lease', :'now')
