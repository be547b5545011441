-- Brings the sums of reports on by a portion of events and tickets; how many of those were looked at.
-- in: now timestamptz, limit int, zone text
-- out: followed int
-- as: definer
-- pool: slow
select tiepdan.report_follow(:'now', :'limit', :'zone') as followed
