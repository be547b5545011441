-- The files of tickets that are filed in the same transaction: parallel arrays; `places`: their JSON Pointers in the request.
-- in: tickets uuid[], uploads uuid[], at timestamptz[], places text[]
-- out: linked int
-- as: definer
select tiepdan.filed_attach(:'tickets', :'uploads', :'at', :'places') as linked
