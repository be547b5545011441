-- Gives tickets that nobody has to officers, a portion at a time.
-- in: now timestamptz, limit int
-- out: tried int, assigned int
-- as: definer
select tried, assigned from tiepdan.tickets_assign(:'now', :'limit')
