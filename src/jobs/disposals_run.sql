-- Destroys the next ticket of what is approved, or ends a disposal.
-- in: now timestamptz
-- out: done int
-- as: definer
select tiepdan.disposals_run(:'now') as done
