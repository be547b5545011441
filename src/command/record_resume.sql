-- Records that the record goes on from a last root that is not the one that was known.
-- in: known int, chain text
-- out: number int
-- as: owner
select tiepdan.record_resume(:'known', :'chain') as number
