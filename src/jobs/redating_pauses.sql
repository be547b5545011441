-- The pauses of the tickets that redating_portion reads.
-- in: id uuid, after uuid, until uuid, limit int
-- out: paused uuid, from_s int, until_s int, ended bool
-- as: definer
select ticket as paused, from_s, until_s, ended
from tiepdan.redating_pauses(:'id', coalesce(:'after', '00000000-0000-0000-0000-000000000000'), :'until', :'limit')
