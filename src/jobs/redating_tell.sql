-- Writes events of tickets whose dates have moved, a portion at a time.
-- in: id uuid, worker uuid, limit int
-- out: told int
-- as: definer
select tiepdan.redating_tell(:'id', :'worker', :'limit') as told
