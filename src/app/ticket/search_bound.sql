-- First in a unit that searches: after half a second it tells what it has found by then.
-- in: none
-- out: bound text
-- as: definer
select set_config('statement_timeout', '500', true) as bound
