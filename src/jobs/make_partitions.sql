-- Makes the event partitions of the months ahead.
-- in: months int
-- out: made int
-- as: definer
select tiepdan.make_partitions(:'months'::int)::bigint as made
