-- How many examples and tickets of a category have an n-gram.
-- in: none
-- out: gram text, category text, examples int, tickets int
-- as: definer
select gram, category, examples, tickets from tiepdan.suggestion_counts()
