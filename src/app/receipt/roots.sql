-- The roots of the record in their order, as a page.
-- in: after text, limit int
-- out: item text, key text
-- as: definer
select item, key from tiepdan.record_roots(:'after', :'limit')
