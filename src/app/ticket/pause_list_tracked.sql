-- The same for the citizen.
-- in: number int, generation int
-- out: from_s int, until_s int
-- as: definer
select from_s, until_s from tiepdan.pauses_tracked(:'number', :'generation')
