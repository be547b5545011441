-- The parts of a ticket that was split, for its citizen.
-- in: number int, generation int
-- out: item text, number int, generation int
-- as: definer
select item, number, generation from tiepdan.tracking_splits(:'number', :'generation')
