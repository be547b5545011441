-- Forgets who signed in and out, a portion at a time of what is older than its days.
-- in: limit int
-- out: gone int
-- as: definer
select tiepdan.forget_sign_ins(:'limit') as gone
