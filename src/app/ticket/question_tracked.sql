-- The question that waits for the citizen's answer; no row when there is none.
-- in: number int, generation int
-- out: body text
-- as: definer
select body from tiepdan.question_tracked(:'number', :'generation')
