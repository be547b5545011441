-- What is published, last answered first; `query` is folded.
-- in: category text, area text, query text, after text, limit int
-- out: item text, key text
-- as: definer
-- pool: search
select item, key from tiepdan.published_list(:'category', :'area', :'query', :'after', :'limit')
