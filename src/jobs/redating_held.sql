-- How many milliseconds the last portion kept others from changing clocks.
-- in: id uuid
-- out: held int
-- as: definer
select tiepdan.redating_held(:'id') as held
