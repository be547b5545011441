-- Gives tickets that nobody has to officers, a portion at a time. tickets to said are what rules wish, see assign.h of civil.
-- in: now timestamptz, limit int, tickets uuid[], sets uuid[], versions int[], said text[]
-- out: tried int, assigned int
-- as: definer
select tried, assigned from tiepdan.tickets_assign(:'now', :'limit', :'tickets', :'sets', :'versions', :'said')
