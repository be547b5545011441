-- Whom tickets are against that are filed in the same transaction: parallel arrays.
-- in: tickets uuid[], departments text[]
-- out: named int
-- as: definer
select tiepdan.against_file(:'tickets', :'departments') as named
