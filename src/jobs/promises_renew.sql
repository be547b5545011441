-- Sums up how long answers took lately.
-- in: now timestamptz
-- out: promises int
-- as: definer
-- pool: slow
select tiepdan.promises_renew(:'now') as promises
