-- Disposals, the newest first, as a page.
-- in: after text, limit int
-- out: item text, key text
select item, key from tiepdan.disposal_list(:'after', :'limit')
