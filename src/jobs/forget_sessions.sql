-- Forgets sessions and sign-in codes that ended long ago, a portion at a time.
-- in: before timestamptz, limit int
-- out: gone int
-- as: definer
select tiepdan.forget_sessions(:'before', :'limit') as gone
