-- The files of tickets that are filed in the same transaction: parallel arrays.
-- in: tickets uuid[], uploads uuid[], at timestamptz[]
-- out: linked int
-- as: definer
select tiepdan.filed_attach(:'tickets', :'uploads', :'at') as linked
