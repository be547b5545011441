-- Published tickets by their numbers, or with their keys: parallel arrays, one element for each who asks. One that may not be read has no row;
-- the body is NULL for a version that is known.
-- in: numbers int[], keys text[], known int[]
-- out: ord int, version int, body text
-- as: definer
select ord, version, body from tiepdan.published_pages(:'numbers', :'keys', :'known')
