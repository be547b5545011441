-- The tickets of citizens who have signed in, among those that are filed in the same transaction: parallel arrays.
-- in: tickets uuid[], citizens uuid[], sessions uuid[], at timestamptz[]
-- out: linked int
-- as: definer
select tiepdan.citizen_file(:'tickets', :'citizens', :'sessions', :'at') as linked
