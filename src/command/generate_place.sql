-- The partition for the events of a month, where there is none: its rows would be in the way of one for ever.
-- in: from text
-- out: made text
-- as: owner
select tiepdan.make_partitions(0, :'from'::timestamptz)::text
