-- The next tickets that belong to no event yet: facts of each, and of earlier ones that may be like it (app/alike/candidate.h).
-- in: limit int
-- out: facts bytea
-- as: definer
-- pool: slow
select facts from tiepdan.alike_ungrouped(:'limit') facts
