-- The active sets of assignment rules of departments that are switched on, each with those whom it names and may name, one a line; its
-- text only when it is not kept already.
-- in: kept uuid[]
-- out: id uuid, number int, department text, text text, people text
-- as: definer
select id, number, department, text, people from tiepdan.assignment_sets(:'kept')
