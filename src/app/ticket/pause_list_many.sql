-- When the clocks of many tickets stood still, in seconds since 1970; `place`: which one in the order of the request.
-- in: tickets uuid[]
-- out: place int, from_s int, until_s int
select place, from_s, until_s from tiepdan.tickets_pauses(:'tickets')
