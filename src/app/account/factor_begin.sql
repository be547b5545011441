-- Keeps a second factor that waits for its first code.
-- in: epoch int, wrapped bytea, box bytea, seen text, slots int[]
-- out: login text
select tiepdan.second_factor_begin(:'epoch', :'wrapped', :'box', :'seen', :'slots') as login
