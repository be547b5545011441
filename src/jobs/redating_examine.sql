-- Before the slots are compared: the re-dating stays this worker's for a minute. False: it is not any more.
-- in: id uuid, worker uuid
-- out: mine bool
-- as: definer
-- pool: slow
select tiepdan.redating_examine(:'id', :'worker') as mine
