-- Where areas are.
-- in: none
-- out: code text, lon float, lat float
-- as: owner
select code, lon, lat from tiepdan.area where lon is not null and lat is not null order by code
