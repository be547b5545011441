-- Forgets old Idempotency-Keys, a portion at a time.
-- in: before timestamptz, limit int
-- out: gone int
-- as: definer
select tiepdan.forget_once(:'before', :'limit') as gone
