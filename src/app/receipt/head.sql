-- The last root of the record, or that of a day.
-- in: day date
-- out: body text, etag text
-- as: definer
select body, etag from tiepdan.record_top(:'day')
