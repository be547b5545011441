-- What would be destroyed on a day (NULL: today), of tickets that were filed from an instant on.
-- in: day date, from timestamptz
-- out: body text
-- pool: slow
select tiepdan.retention_due(:'day', :'from') as body
