-- Shows in a session that is open who its person is: the hash of the password that was right (seen), or a second factor.
-- in: seen text, step int, box bytea, recovery bytea, slots int[]
-- out: done text
select tiepdan.session_prove(:'seen', :'step', :'box', :'recovery', :'slots')::text as done
