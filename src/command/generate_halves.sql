-- Partitions for what tickets of these months are found by, where there are none.
-- in: from timestamptz, until timestamptz
-- out: none text
-- as: owner
select tiepdan.search_place(h)::text from (
	select distinct tiepdan.search_half(m) as h from generate_series(:'from', :'until', interval '1 month') m) x
