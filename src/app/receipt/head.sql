-- The last root of the record, or that of a day.
-- in: day date
-- out: body text
-- as: definer
select tiepdan.record_head(:'day') as body
