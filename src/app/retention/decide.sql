-- Approves a disposal (`approved`), or gives it up or stops it (`dropped`).
-- in: id uuid, state text, event uuid
-- out: body text
-- pool: slow
select tiepdan.disposal_decide(:'id', :'state', :'event') as body
