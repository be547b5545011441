-- A ticket and those that may be like it, itself first.
-- in: ticket uuid
-- out: ticket uuid, filed_s int, area text, category text, family text, urgent bool, lon_e6 int, lat_e6 int, matters int,
-- marks text, signature bytea, grouped bool
select ticket, filed_s, area, category, family, urgent, lon_e6, lat_e6, matters, marks, signature, grouped
from tiepdan.alike_look(:'ticket')
