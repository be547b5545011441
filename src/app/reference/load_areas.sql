-- All areas, for the copy in memory; their middles in millionths of a degree.
-- in: none
-- out: code text, parent text, valid_from int, valid_to int, placed bool, lon_e6 int, lat_e6 int
-- as: definer
select code, parent, (valid_from - date '1970-01-01')::bigint as valid_from, (valid_to - date '1970-01-01')::bigint as valid_to,
	lon + lat is not null as placed, round(lon * 1e6)::bigint as lon_e6, round(lat * 1e6)::bigint as lat_e6
from tiepdan.area order by code
