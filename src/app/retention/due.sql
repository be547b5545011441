-- What would be destroyed on a day (NULL: today), of tickets behind one.
-- in: day date, after uuid
-- out: body text
-- pool: slow
select tiepdan.retention_due(:'day', :'after') as body
