-- Refuses a link to a question that is not the last one.
-- in: number int, generation int, question int
-- out: question int
-- as: definer
select tiepdan.question_linked(:'number', :'generation', :'question') as question
