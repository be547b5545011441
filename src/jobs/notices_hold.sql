-- Puts claimed notices back until a time when people may be told.
-- in: ids uuid[], until timestamptz[]
-- out: held int
-- as: definer
select tiepdan.notices_hold(:'ids', :'until') as held
