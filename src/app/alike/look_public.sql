-- Public tickets that may be like what somebody is about to file, with their places as they are shown: known by street, ward, category
-- and time only, not by what people wrote. keys: of names.
-- in: at timestamptz, area text, category text, family text, cell int, keys int[]
-- out: ticket uuid, filed_s int, area text, category text, family text, urgent bool, lon_e6 int, lat_e6 int, matters int,
-- marks text, signature bytea, grouped bool
-- as: definer
select ticket, filed_s, area, category, family, urgent, lon_e6, lat_e6, matters, marks, signature, grouped
from tiepdan.alike_look_public(:'at', :'area', :'category', :'family', :'cell', :'keys')
