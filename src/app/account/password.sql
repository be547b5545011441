-- Sets the caller's password, which was looked at; other sessions end.
-- in: hash text, slots int[]
-- out: done text
select tiepdan.password_set(:'hash', :'slots')::text as done
