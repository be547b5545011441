-- What an attempt to sign in is compared with, or the seconds that it has to wait; one row also for a login that nobody has, and
-- for a code that it does not have.
-- in: login text, code_hash bytea, slots int[], free int[]
-- out: wait_s int, account uuid, hash text, epoch int, wrapped bytea, box bytea, last_step int
-- as: definer
-- pool: door
select wait_s, account, hash, epoch, wrapped, box, last_step from tiepdan.sign_in_begin(:'login', :'code_hash', :'slots', :'free')
