-- First in a unit that searches: it takes half a second at most.
-- in: none
-- out: bound text
-- as: definer
select set_config('statement_timeout', '500', true) as bound
