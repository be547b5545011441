-- The caller's filters and those that colleagues share, by name.
-- in: after text, limit int
-- out: item text, key text
select item, key from tiepdan.filter_list(:'after', :'limit')
