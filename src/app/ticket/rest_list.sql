-- When nobody's time was counted, in seconds since 1970; until_s is NULL for what goes on.
-- in: ticket uuid
-- out: from_s int, until_s int
select from_s, until_s from tiepdan.rests_staff(:'ticket')
