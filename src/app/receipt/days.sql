-- The last root of each day that is over, as a page.
-- in: after text, from date, limit int
-- out: item text, chain bytea, number int, key text
-- as: definer
select item, chain, number, key from tiepdan.record_days(:'after', :'from', :'limit')
