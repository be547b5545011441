-- Makes a portion valid that was laid down. Returns how many tickets have to be read again; -1: there is nothing to do.
-- in: id uuid, worker uuid, after uuid, until uuid, marks int[], mark int, questions int, ended int, counts text
-- out: left_over int
-- as: definer
select tiepdan.redating_seal(:'id', :'worker', coalesce(:'after', '00000000-0000-0000-0000-000000000000'), :'until', :'marks',
	:'mark', :'questions', :'ended', :'counts') as left_over
