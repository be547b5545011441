-- Facts of a ticket and of those that may be like it, itself first (app/alike/candidate.h); NULL: nothing is compared of it.
-- in: ticket uuid
-- out: facts bytea
select tiepdan.alike_facts(:'ticket') as facts
