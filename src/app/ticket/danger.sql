-- The tickets that sound like danger to life, among those that are filed in the same transaction.
-- in: tickets uuid[]
-- out: marked int
-- as: definer
select tiepdan.danger_file(:'tickets') as marked
