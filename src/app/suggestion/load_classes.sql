-- The categories that anything is known of, with what an example counts in them, in 1/256 of a ticket: no more than `most`, the largest.
-- in: most int
-- out: category text, example int
-- as: definer
select category, example from tiepdan.suggestion_classes(:'most')
