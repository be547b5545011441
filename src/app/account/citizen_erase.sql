-- Erases the account of the citizen who calls.
-- in: none
-- out: erased text
select tiepdan.citizen_erase()::text as erased
