-- How much of them has arrived, and when the last of that did; those that stand still are forgotten.
-- in: ids uuid[], arrived int[], moved timestamptz[], now timestamptz
-- out: forgotten int
-- as: definer
select tiepdan.uploads_seen(:'ids', :'arrived', :'moved', :'now') as forgotten
