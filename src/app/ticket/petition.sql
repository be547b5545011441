-- The petitions of several people among tickets that are filed in the same transaction: parallel arrays.
-- in: tickets uuid[], people int[], lists uuid[], at timestamptz[], events uuid[]
-- out: petitions int
-- as: definer
select tiepdan.petition_file(:'tickets', :'people', :'lists', :'at', :'events') as petitions
