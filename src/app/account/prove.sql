-- Shows in a session that is open who its person is: the hash of the password that was right (seen), or a second factor, which lifts a session of
-- an identity provider to two (lift).
-- in: seen text, step int, box bytea, recovery bytea, slots int[], lift bool
-- out: done text
select tiepdan.session_prove(:'seen', :'step', :'box', :'recovery', :'slots', :'lift')::text as done
