-- How many tickets of a kind and category each department has accepted; AREA is the committee of the place.
-- in: none
-- out: kind text, category text, department text, n int
-- as: definer
select kind, category, department, n from tiepdan.suggestion_holders()
