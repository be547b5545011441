-- The first few of these tickets that anybody can join; the title is NULL while nobody has looked at it. details: what is to be said of
-- each.
-- in: tickets uuid[], details text[], lon float, lat float, limit int
-- out: title text, item text, detail text
-- as: definer
select title, item, detail from tiepdan.alike_joinable(:'tickets', :'details', :'lon', :'lat', :'limit')
