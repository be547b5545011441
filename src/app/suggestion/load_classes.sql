-- The categories that anything is known of, with what an example counts in them, in 1/256 of a ticket.
-- in: none
-- out: category text, example int
-- as: definer
select category, example from tiepdan.suggestion_classes()
