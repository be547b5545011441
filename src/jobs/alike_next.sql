-- The next events of the feed, with what was written by those that are filings and can have duplicates.
-- in: now timestamptz, limit int
-- out: after_xid text, after_id uuid, xid text, id uuid, ticket uuid, title text, text text, place text, area_name text, lon_e6 int,
-- lat_e6 int
-- as: definer
select after_xid, after_id, xid, id, ticket, title, text, place, area_name, lon_e6, lat_e6 from tiepdan.alike_next(:'now', :'limit')
