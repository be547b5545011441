-- Open public tickets nearby; the title is NULL while nobody has looked at it.
-- in: category text, area text, lon float, lat float, now timestamptz, limit int
-- out: ticket text, title text
-- as: definer
select item as ticket, title from tiepdan.open_similar(:'category', :'area', :'lon', :'lat', :'now', :'limit')
