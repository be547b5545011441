-- The next tickets that belong to no event yet, each followed by earlier ones that may be like it.
-- in: limit int
-- out: one uuid, own bool, ticket uuid, filed_s int, area text, category text, family text, urgent bool, lon_e6 int, lat_e6 int,
-- matters int, marks text, signature bytea, grouped bool
-- as: definer
-- pool: slow
select one, own, ticket, filed_s, area, category, family, urgent, lon_e6, lat_e6, matters, marks, signature, grouped
from tiepdan.alike_waiting(:'limit')
