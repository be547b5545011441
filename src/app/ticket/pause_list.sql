-- When the clocks of a ticket stood still, in seconds since 1970.
-- in: ticket uuid
-- out: from_s int, until_s int
select from_s, until_s from tiepdan.pauses_staff(:'ticket')
