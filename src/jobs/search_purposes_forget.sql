-- Forgets for what people were searched for, a portion at a time of what is older than its days.
-- in: now timestamptz, limit int
-- out: gone int
-- as: definer
select tiepdan.search_purposes_forget(:'now', :'limit') as gone
