-- Forgets sessions and sign-in codes that ended long ago, a portion at a time; `gone`: of what there was most of.
-- in: before timestamptz, limit int
-- out: gone int
-- as: definer
select tiepdan.forget_sessions(:'before', :'limit') as gone
