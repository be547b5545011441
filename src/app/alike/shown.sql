-- The first few of these tickets that the caller sees, each by the one that stands for it. details: what is to be said of each.
-- in: ticket uuid, tickets uuid[], details text[], limit int
-- out: merged bool, item text, detail text
select merged, item, detail from tiepdan.alike_shown(:'ticket', :'tickets', :'details', :'limit')
