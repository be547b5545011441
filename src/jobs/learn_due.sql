-- The examples of the city, behind a row without a text, when what was learned is to be served anew.
-- in: now timestamptz
-- out: category text, text text, seen text
-- as: definer
select category, text, seen from tiepdan.suggestion_due(:'now')
