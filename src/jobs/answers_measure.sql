-- Keeps the working days of answers: parallel arrays, one element an answer.
-- in: tickets uuid[], rounds int[], days int[]
-- out: measured int
-- as: definer
select tiepdan.answers_measure(:'tickets', :'rounds', :'days') as measured
