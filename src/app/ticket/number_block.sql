-- Takes a block of ticket numbers.
-- in: size int
-- out: first int
-- as: definer
select tiepdan.number_block(:'size') as first
