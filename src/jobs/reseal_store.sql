-- Keeps records that were sealed anew.
-- in: epoch int, last uuid, factors bool[], owners uuid[], olds bytea[], wrapped bytea[], boxes bytea[]
-- out: kept int, more bool
-- as: definer
select tiepdan.reseal_store(:'epoch', :'last', :'factors', :'owners', :'olds', :'wrapped', :'boxes') as kept, :'last'::uuid is not null as more
