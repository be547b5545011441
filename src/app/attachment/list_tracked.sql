-- The files that the citizen may see.
-- in: number int, generation int
-- out: body text
-- as: definer
select tiepdan.attachments_tracked(:'number', :'generation') as body
